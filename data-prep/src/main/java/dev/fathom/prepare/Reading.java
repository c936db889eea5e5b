// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.backbone.Backbones;
import dev.fathom.prepare.source.SourceSide;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The model that reads the pairs. They are made by its vocabulary, normalisation and frozen
 * networks instead of those of their own training split.
 *
 * @param x the first side as the model reads it
 * @param y the second side as the model reads it
 * @param only the only side that exists, {@code x} or {@code y}; empty if both do
 */
public record Reading(Side x, Side y, Optional<String> only) {
  private static final Side NOTHING =
      new Side(Modality.VECTOR, List.of(0), List.of(), List.of(), List.of());

  /** Removes the content of an absent side. */
  public Reading {
    x = only.filter("y"::equals).isPresent() ? NOTHING : x;
    y = only.filter("x"::equals).isPresent() ? NOTHING : y;
  }

  /** The frozen networks of both sides. */
  List<Backbone> networks() {
    return Stream.of(x, y).flatMap(side -> side.frozen().stream()).toList();
  }

  /** The shape that pictures must have, as {@link DecodedValue#shape()}. */
  static List<Integer> shape(Side side, int thumbnail) {
    if (side.read() != Modality.IMAGE) {
      return List.of();
    }
    return side.frozen().isPresent() ? List.of(thumbnail, thumbnail, 3) : side.shape();
  }

  /** Refuses a source whose sides the model does not read. */
  void requireReads(SourceSide ofX, SourceSide ofY) {
    requireReads("x", x, ofX);
    requireReads("y", y, ofY);
  }

  private static void requireReads(String name, Side side, SourceSide of) {
    boolean reads =
        side.read() == of.modality()
            && (of.modality() != Modality.VECTOR || side.size() == of.columns());
    if (!reads) {
      throw FathomException.data(
          "the model's %s reads %s %s, and the input has %s %s there; input.x and input.y name the sides",
          name,
          side.read(),
          side.shape(),
          of.modality(),
          of.modality() == Modality.VECTOR ? List.of(of.columns()) : "");
    }
  }

  /** Refuses networks other than those that the model was trained on. */
  void requireSame(Backbones backbones) {
    for (Backbone expected : networks()) {
      Backbones.requireSame(expected, backbones.of(expected.of()).orElseThrow());
    }
  }
}
