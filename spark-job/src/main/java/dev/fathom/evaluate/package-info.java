// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * How good paired embeddings are: retrieval in both directions and whether it beats chance, label
 * match, alignment, uniformity, modality gap. On row-major {@code float[]} matrices, without Spark
 * and without DL4J; it may use nothing of the other packages but {@code dev.fathom.blas} and the
 * named random streams.
 */
package dev.fathom.evaluate;
