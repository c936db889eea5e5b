// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import dev.fathom.data.Side;
import dev.fathom.encoder.BuiltInEncoder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Shapes of every built-in kind of encoder, small ones and odd ones. */
public final class EncoderCases {
  private static final Map<BuiltInEncoder, Arbitrary<Shape>> SHAPES =
      Map.of(
          BuiltInEncoder.DENSE,
              Arbitraries.oneOf(vectors(20), images(6)).flatMap(side -> shape(side, 0, 3, 16)),
          BuiltInEncoder.CONVOLUTION, images(13).flatMap(side -> shape(side, 1, 3, 8)),
          BuiltInEncoder.RESIDUAL, images(13).flatMap(side -> shape(side, 1, 3, 6)),
          // DL4J takes no mask of one caption with one place.
          BuiltInEncoder.TRANSFORMER,
              captions().filter(side -> side.size() > 1).flatMap(EncoderCases::transformer),
          BuiltInEncoder.TOKEN_BAG, captions().flatMap(side -> shape(side, 1, 3, 12)));

  private EncoderCases() {}

  /** What an encoder reads, and its hidden widths. */
  private record Shape(Side side, List<Integer> hidden) {}

  /** The kinds that {@link #any} draws from. */
  public static Set<BuiltInEncoder> kinds() {
    return SHAPES.keySet();
  }

  /** Any kind at any shape, with one row or a few. */
  public static Arbitrary<EncoderCase> any() {
    return Combinators.combine(
            Arbitraries.of(
                SHAPES.keySet().stream()
                    .sorted(Comparator.comparing(BuiltInEncoder::written))
                    .toList()),
            Arbitraries.integers().between(1, 9),
            Arbitraries.integers().between(1, 7))
        .flatAs(
            (kind, dimension, rows) ->
                SHAPES
                    .get(kind)
                    .map(
                        shape ->
                            new EncoderCase(kind, shape.hidden(), dimension, shape.side(), rows)))
        .withoutEdgeCases();
  }

  private static Arbitrary<Side> vectors(int widest) {
    return Arbitraries.integers().between(1, widest).map(EncoderCase::vector);
  }

  private static Arbitrary<Side> images(int largest) {
    Arbitrary<Integer> sizes = Arbitraries.integers().between(1, largest);
    return Combinators.combine(sizes, sizes).as(EncoderCase::image);
  }

  private static Arbitrary<Side> captions() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 30), Arbitraries.integers().between(1, 9))
        .as(EncoderCase::text);
  }

  private static Arbitrary<Shape> shape(Side side, int fewest, int most, int widest) {
    return Arbitraries.integers()
        .between(1, widest)
        .list()
        .ofMinSize(fewest)
        .ofMaxSize(most)
        .map(hidden -> new Shape(side, hidden));
  }

  /** Width, heads that divide it, width of the feed-forward layer, layers. */
  private static Arbitrary<Shape> transformer(Side side) {
    Arbitrary<Integer> sizes = Arbitraries.integers().between(1, 3);
    return Combinators.combine(sizes, sizes, Arbitraries.integers().between(1, 8), sizes)
        .as(
            (perHead, heads, feedForward, layers) ->
                new Shape(side, List.of(perHead * heads, heads, feedForward, layers)));
  }
}
