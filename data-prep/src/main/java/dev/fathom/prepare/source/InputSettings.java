// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where in the input the pairs are.
 *
 * @param format what form the input has
 * @param x column or file of the first side; empty: looked for by its name
 * @param y the same for the second side
 * @param key column that names a pair; empty: its row's number
 * @param label column or file of the class; empty: none
 * @param groupBy column or file whose equal values stay in one split; empty: none
 * @param pairs how many pairs a built-in source makes
 * @param sceneFactors how many factors picture and caption of a scene share
 */
public record InputSettings(
    Format format,
    Optional<String> x,
    Optional<String> y,
    Optional<String> key,
    Optional<String> label,
    Optional<String> groupBy,
    int pairs,
    int sceneFactors) {

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
    /** A directory of row-aligned CSV files of numbers. */
    MATRICES
  }

  /** Reads {@code input.*}, {@code split.groupBy} and {@code scenes.*}. */
  public static InputSettings of(Settings settings) {
    String format =
        settings.choice(
            "input.format", List.of("auto", "manifest", "csv", "tsv", "jsonl", "matrices"));
    return new InputSettings(
        Format.valueOf(format.toUpperCase(Locale.ROOT)),
        settings.text("input.x"),
        settings.text("input.y"),
        settings.text("input.key"),
        settings.text("input.label"),
        settings.text("split.groupBy"),
        settings.integer("input.pairs", 1, Integer.MAX_VALUE),
        settings.integer("scenes.factors", 2, Factor.values().length));
  }
}
