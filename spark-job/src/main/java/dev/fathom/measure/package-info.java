/**
 * The stage from embeddings to measurements: neighbours across the cluster, then {@code intrinsic}
 * and {@code evaluate}.
 */
package dev.fathom.measure;
