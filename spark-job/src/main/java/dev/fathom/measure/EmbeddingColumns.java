// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.settings.Settings;
import java.util.Optional;

/**
 * Where in embeddings that were made elsewhere the sides are: columns of a Parquet, or files of a
 * directory of matrices.
 *
 * @param x the first side; empty: the first column of arrays
 * @param y the second side; empty: the second column of arrays, if there is one
 * @param key column that names a row; empty: its place
 * @param label column or file of the class; empty: none
 */
public record EmbeddingColumns(
    Optional<String> x, Optional<String> y, Optional<String> key, Optional<String> label) {

  /** Reads {@code input.*}. */
  public static EmbeddingColumns of(Settings settings) {
    return new EmbeddingColumns(
        settings.text("input.x"),
        settings.text("input.y"),
        settings.text("input.key"),
        settings.text("input.label"));
  }
}
