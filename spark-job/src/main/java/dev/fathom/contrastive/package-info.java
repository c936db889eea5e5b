/**
 * Contrastive objectives as pure arithmetic on {@code float[]}: similarities, losses and their
 * gradients in closed form. No Spark, no DL4J.
 */
package dev.fathom.contrastive;
