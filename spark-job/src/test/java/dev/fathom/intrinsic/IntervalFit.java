// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Manifolds;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * Fits the factors of {@link DimensionInterval} to clouds of known dimension and prints them. Not
 * among the tests that a build runs: {@code -Dtest=IntervalFit} names it.
 */
class IntervalFit {
  private static final int[] POINTS = {600, 1500};
  private static final long SEED = 1;
  private static final double LEVEL = 0.97;
  private static final double LARGEST = 3;
  private static final double STEP = 0.01;

  private record Drawn(int dimension, DimensionInterval.Parts parts) {}

  @Test
  void factorsOfBothEnds() {
    List<Drawn> drawn = new ArrayList<>();
    for (int n : POINTS) {
      for (Manifolds cloud : Manifolds.fitted()) {
        Points points =
            PreparedPoints.of(cloud.draw(n, SEED), IntrinsicSettings.DEFAULT.seed()).points();
        int k = IntrinsicSettings.DEFAULT.neighbours();
        Neighbours neighbours = NeighbourSearch.search(points, k);
        List<ScaleEstimate> curve = ScaleCurve.local(points, neighbours);
        Plateau plateau = Plateau.of(curve, n).orElseThrow();
        drawn.add(
            new Drawn(
                cloud.dimension(),
                DimensionInterval.parts(plateau, curve, neighbours, k, points.dimension())));
      }
    }
    print("low", drawn, cloud -> Math.log(cloud.parts.low() / cloud.dimension));
    print("high", drawn, cloud -> Math.log(cloud.dimension / cloud.parts.high()));
  }

  /** The factors with the least loss of quantile regression (Koenker and Bassett 1978). */
  @SuppressWarnings("SystemOut")
  private static void print(String end, List<Drawn> drawn, ToDoubleFunction<Drawn> beyondEnd) {
    double least = Double.POSITIVE_INFINITY;
    double bySpread = 0;
    double byBeyond = 0;
    long held = 0;
    for (double a = 0; a < LARGEST; a += STEP) {
      for (double b = 0; b < 1; b += STEP) {
        double loss = 0;
        long holds = 0;
        for (Drawn cloud : drawn) {
          double left =
              beyondEnd.applyAsDouble(cloud) - a * cloud.parts.spread() - b * cloud.parts.beyond();
          loss += left > 0 ? LEVEL * left : (LEVEL - 1) * left;
          holds += left > 0 ? 0 : 1;
        }
        if (loss < least) {
          least = loss;
          bySpread = a;
          byBeyond = b;
          held = holds;
        }
      }
    }
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s: %.2f by spread, %.2f beyond; holds in %d of %d",
            end,
            bySpread,
            byBeyond,
            held,
            drawn.size()));
  }
}
