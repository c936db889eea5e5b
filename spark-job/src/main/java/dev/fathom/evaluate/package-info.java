// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * The quality of paired embeddings: retrieval in both directions and whether it beats chance, label
 * match, alignment, uniformity, modality gap. Works on row-major {@code float[]} matrices, without
 * Spark and without DL4J; of the other packages it may use only {@code dev.fathom.blas} and the
 * named random streams.
 */
package dev.fathom.evaluate;
