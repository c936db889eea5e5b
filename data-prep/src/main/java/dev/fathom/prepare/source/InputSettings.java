// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.Separator;
import dev.fathom.data.TextEncoding;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Optional;

/**
 * Where the pairs are in the input, and how they are read.
 *
 * @param format form of the input
 * @param x column, file or extension of the first side; if empty, found by its name
 * @param y column, file or extension of the second side; if empty, found by its name
 * @param key column that names a pair; if empty, its row's number or its name in the archive is
 *     used
 * @param label column, file or extension of the class; empty for none
 * @param groupBy column or file whose equal values stay in one split; empty for none
 * @param separator separator between the cells of CSV; if empty, taken from the header
 * @param encoding encoding of text without a byte order mark
 * @param nulls texts that mean an empty cell
 * @param remote whether pictures may be fetched from the network
 * @param images folder that the names of pictures are relative to; if empty, the folder of the file
 *     that lists them
 * @param captions which of several captions of a picture are used
 * @param maxFileSize number of bytes of a picture or a caption above which its row is rejected
 * @param maxEntries number of entries of a tar after which it is not read on
 * @param seed seed of every random choice
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
    /** Chosen by the kind and the extension of the path. */
    AUTO,
    /** A file with one row per pair, in the form that its extension names. */
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
   * Returns the same settings for pairs with only one side, which is then also read as the other.
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

  /** Everything that the rows depend on, as text. */
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
