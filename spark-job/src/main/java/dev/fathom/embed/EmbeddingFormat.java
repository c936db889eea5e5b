// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

/** How embeddings are written. */
public enum EmbeddingFormat {
  /** Parquet, a row a pair. */
  PARQUET,

  /** {@code x.npy} and {@code y.npy}, with {@code keys.txt} and {@code labels.txt} beside them. */
  NPY
}
