// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.data.Backbone;
import dev.fathom.data.Side;
import java.util.Locale;
import java.util.stream.Collectors;

/** Formats values for the page. */
final class PageText {
  private static final int SHOWN_OF_DIGEST = 16;

  private PageText() {}

  static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  static String whole(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String side(Side side) {
    String shape =
        side.shape().stream().map(String::valueOf).collect(Collectors.joining(" \u00d7 "));
    String kind = side.modality().name().toLowerCase(Locale.ROOT);
    if (side.frozen().isPresent()) {
      Backbone network = side.frozen().get();
      String name = network.path().substring(network.path().lastIndexOf('/') + 1);
      return "%s, %s, features of the %s by %s (SHA-256 %s)"
          .formatted(
              kind,
              shape,
              network.of().name().toLowerCase(Locale.ROOT),
              name,
              network.sha256().substring(0, SHOWN_OF_DIGEST));
    }
    return side.vocabulary().isEmpty()
        ? kind + ", " + shape
        : kind + ", " + shape + ", " + whole(side.vocabulary().size()) + " words";
  }
}
