// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.data.PairSchema;
import dev.fathom.data.Separator;
import dev.fathom.data.TextEncoding;
import dev.fathom.settings.Settings;
import java.util.Optional;

/**
 * Where the two sides are in embeddings that were made elsewhere: columns of a Parquet file, files
 * of a directory of matrices, or arrays of a NumPy archive.
 *
 * @param x the first side; if empty, the first column of arrays
 * @param y the second side; if empty, the second column of arrays, if there is one
 * @param key column that names a row; if empty, rows are named by their number
 * @param label column or file of the class; if empty, there are no labels
 * @param separator separator between the numbers of CSV; if empty, taken from the first row
 * @param encoding text encoding of CSV without a byte order mark
 */
public record EmbeddingColumns(
    Optional<String> x,
    Optional<String> y,
    Optional<String> key,
    Optional<String> label,
    Optional<String> separator,
    TextEncoding encoding) {

  /** The columns of a dataset's shards. */
  static final EmbeddingColumns OF_DATASET =
      new EmbeddingColumns(
          Optional.of(PairSchema.X),
          Optional.of(PairSchema.Y),
          Optional.of(PairSchema.KEY),
          Optional.of(PairSchema.LABEL),
          Optional.empty(),
          TextEncoding.named(TextEncoding.UTF_8.charset()));

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
