// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import com.google.errorprone.annotations.FormatMethod;
import dev.fathom.width.NumberStorage;
import dev.fathom.width.WidthResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The findings of a width analysis, in words. */
final class WidthHeadline {
  private WidthHeadline() {}

  /** Returns one sentence per finding. */
  static List<String> of(WidthResult width) {
    List<String> sentences = new ArrayList<>();
    sentences.add(
        format(
            "Whole width: %d, %,d bytes a vector, %s %.3f, by %,d queries among %,d vectors.",
            width.width(),
            NumberStorage.FLOAT.bytes(width.width()),
            width.quality().label(),
            width.full(),
            width.queries(),
            width.vectors()));
    sentences.add(
        width
            .best(false)
            .map(best -> smallest(width, best, "Smallest"))
            .orElse(
                format("Smallest: none. No width is certain to lose at most %.3f.", width.loss())));
    width
        .best(true)
        .filter(best -> !width.best(false).equals(width.best(true)))
        .ifPresent(best -> sentences.add(smallest(width, best, "As floats")));
    width.nested().ifPresent(nested -> sentences.add(firstColumns(nested, width.trained())));
    width
        .dimension()
        .ifPresent(dimension -> sentences.add(format("Intrinsic dimension: %.2f.", dimension)));
    return sentences;
  }

  private static String firstColumns(WidthResult.Nested nested, boolean trained) {
    String found = format("by %.3f (%.3f to %.3f)", nested.better(), nested.low(), nested.high());
    if (nested.isBetterThanRandom()) {
      return format(
          "First columns: better than as many at random, %s on average up to half the width.",
          found);
    }
    return trained
        ? format(
            "First columns: no better than as many at random, %s, though these embeddings were trained with nested widths.",
            found)
        : format(
            "First columns: no better than as many at random, %s: these embeddings were not trained to be cut off.",
            found);
  }

  private static String smallest(WidthResult width, WidthResult.Curve curve, String what) {
    WidthResult.Point point = curve.smallest().orElseThrow();
    return format(
        "%s: %d numbers by %s as %s, %,d bytes a vector, lose %.3f (%.3f to %.3f), at most %.3f.",
        what,
        point.width(),
        curve.reduction().key(),
        curve.storage().key(),
        point.bytes(),
        point.loss(),
        point.low(),
        point.high(),
        width.loss());
  }

  @FormatMethod
  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
