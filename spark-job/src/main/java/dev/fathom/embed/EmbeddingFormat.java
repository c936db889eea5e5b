// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

/** The file format of embeddings. */
public enum EmbeddingFormat {
  /** Parquet with one row per pair. */
  PARQUET,

  /**
   * NumPy matrices {@code x.npy} and {@code y.npy}, with {@code keys.txt} and {@code labels.txt}
   * beside them.
   */
  NPY
}
