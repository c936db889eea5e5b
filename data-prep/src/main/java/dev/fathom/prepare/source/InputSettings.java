// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.Separator;
import dev.fathom.data.TextEncoding;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Optional;

/**
 * Where in the input the pairs are.
 *
 * @param format what form the input has
 * @param x column, file or ending of the first side; empty: looked for by its name
 * @param y the same for the second side
 * @param key column that names a pair; empty: its row's number or its name in the archive
 * @param label column, file or ending of the class; empty: none
 * @param groupBy column or file whose equal values stay in one split; empty: none
 * @param separator what stands between the cells of CSV; empty: told from the header
 * @param encoding of text that has no mark of its own
 * @param nulls texts that say that a cell holds nothing
 * @param remote whether pictures may be fetched from the network
 * @param images folder that the names of pictures are relative to; empty: where they are listed
 * @param captions which of several captions of a picture are taken
 * @param maxFileSize bytes of a picture or a caption above which its row is rejected
 * @param maxEntries entries of a tar beyond which it is not read
 * @param seed of every random choice
 */
public record InputSettings(
    Format format,
    Optional<String> x,
    Optional<String> y,
    Optional<String> key,
    Optional<String> label,
    Optional<String> groupBy,
    Optional<String> separator,
    TextEncoding encoding,
    List<String> nulls,
    boolean remote,
    Optional<String> images,
    Captions captions,
    int maxFileSize,
    long maxEntries,
    long seed) {

  /** The form of the input. */
  public enum Format {
    /** Told by what the path is and how it ends. */
    AUTO,
    /** A file with a row for a pair, in the form that its ending tells. */
    MANIFEST,
    /** A manifest of comma-separated values, whatever its ending. */
    CSV,
    /** A manifest of tab-separated values, whatever its ending. */
    TSV,
    /** A manifest of JSON objects, whatever its ending. */
    JSONL,
    /** Tar files with a picture and a caption under one name. */
    WEBDATASET,
    /** COCO's JSON of images and annotations. */
    COCO,
    /** Parquet with a column for each side, in one file or many. */
    PARQUET,
    /** Pictures with a text file beside each. */
    FOLDER,
    /** A directory of row-aligned files of numbers: CSV, NumPy or Parquet. */
    MATRICES
  }

  /** Reads {@code input.*}, {@code split.groupBy} and the seed. */
  public static InputSettings of(Settings settings) {
    return new InputSettings(
        settings.choice("input.format", Format.class),
        settings.text("input.x"),
        settings.text("input.y"),
        settings.text("input.key"),
        settings.text("input.label"),
        settings.text("split.groupBy"),
        settings.text("input.separator").map(Separator::named),
        TextEncoding.named(settings.text("input.charset").orElse(TextEncoding.UTF_8.charset())),
        settings.texts("input.nulls"),
        settings.flag("input.remote"),
        settings.text("input.images"),
        settings.choice("input.captions", Captions.class),
        Math.toIntExact(settings.bytes("input.maxFileSize", 1, 1 << 30)),
        settings.integer("input.maxEntries", 1, Integer.MAX_VALUE),
        settings.wholeNumber("training.seed"));
  }

  /**
   * The same, where one side alone is there: the other, which must be somewhere, is found with it.
   */
  public InputSettings ofOneSide(boolean first) {
    return new InputSettings(
        format,
        first ? x : x.or(() -> y),
        first ? y.or(() -> x) : y,
        key,
        label,
        groupBy,
        separator,
        encoding,
        nulls,
        remote,
        images,
        captions,
        maxFileSize,
        maxEntries,
        seed);
  }

  /** What the rows that are read depend on, as text. */
  public String provenance() {
    return String.join(
        " ",
        List.of(
            x.orElse(""),
            y.orElse(""),
            key.orElse(""),
            label.orElse(""),
            groupBy.orElse(""),
            separator.orElse(""),
            encoding.charset(),
            String.join(",", nulls),
            "" + remote,
            images.orElse(""),
            Settings.written(captions),
            Settings.written(format),
            "" + maxFileSize,
            "" + maxEntries));
  }
}
