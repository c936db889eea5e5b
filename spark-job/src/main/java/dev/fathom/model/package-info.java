/**
 * A trained model and how it is saved: both encoders as DL4J zips, and a card that says how they
 * were made. May use {@code encoder} and {@code contrastive}; knows nothing of how training goes.
 */
package dev.fathom.model;
