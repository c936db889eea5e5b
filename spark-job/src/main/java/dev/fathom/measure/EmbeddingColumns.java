// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.data.Separator;
import dev.fathom.data.TextEncoding;
import dev.fathom.settings.Settings;
import java.util.Optional;

/**
 * Where in embeddings that were made elsewhere the sides are: columns of a Parquet, files of a
 * directory of matrices, or arrays of a NumPy archive.
 *
 * @param x the first side; empty: the first column of arrays
 * @param y the second side; empty: the second column of arrays, if there is one
 * @param key column that names a row; empty: its place
 * @param label column or file of the class; empty: none
 * @param separator what stands between the numbers of CSV; empty: told from its first row
 * @param encoding of CSV without a mark
 */
public record EmbeddingColumns(
    Optional<String> x,
    Optional<String> y,
    Optional<String> key,
    Optional<String> label,
    Optional<String> separator,
    TextEncoding encoding) {

  /** Reads {@code input.*}. */
  public static EmbeddingColumns of(Settings settings) {
    return new EmbeddingColumns(
        settings.text("input.x"),
        settings.text("input.y"),
        settings.text("input.key"),
        settings.text("input.label"),
        settings.text("input.separator").map(Separator::named),
        TextEncoding.named(settings.text("input.charset").orElse(TextEncoding.UTF_8.charset())));
  }
}
