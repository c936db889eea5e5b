/**
 * What is nearest to a text or a picture among embeddings: the model's own preparation and encoder,
 * and an exact search. Needs no Spark session.
 */
package dev.fathom.search;
