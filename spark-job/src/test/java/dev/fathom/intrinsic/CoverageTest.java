// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.*;
import org.junit.jupiter.api.Test;

class CoverageTest {
  @Test
  void print() {
    for (int n : new int[] {1000, 2000})
      for (String kind : new String[] {"sphere5", "gauss10"}) {
        Map<Estimator, List<DimensionEstimate>> all = new EnumMap<>(Estimator.class);
        Map<Integer, List<ScaleEstimate>> curve = new TreeMap<>();
        IntrinsicSettings settings =
            new IntrinsicSettings(
                20,
                Integer.getInteger("blocks", 20),
                1,
                EnumSet.of(
                    Estimator.CORRELATION,
                    Estimator.TIGHT_LOCAL,
                    Estimator.SIMPLEX_SKEWNESS,
                    Estimator.FISHER_SEPARABILITY,
                    Estimator.LOCAL_PARTICIPATION_RATIO,
                    Estimator.DANCO));
        for (int t = 0; t < 200; t++) {
          Points p =
              kind.equals("gauss10") ? Clouds.gaussian(n, 10, 1000 + t) : sphere(n, 5, 1000 + t);
          DimensionResult.Measured m =
              (DimensionResult.Measured) IntrinsicDimension.of(p, settings);
          m.estimates().forEach((e, d) -> all.computeIfAbsent(e, x -> new ArrayList<>()).add(d));
          m.curve().forEach(s -> curve.computeIfAbsent(s.n1(), x -> new ArrayList<>()).add(s));
        }
        all.forEach(
            (e, list) -> {
              double mean =
                  list.stream().mapToDouble(DimensionEstimate::estimate).average().getAsDouble();
              double sd =
                  Math.sqrt(
                      list.stream()
                              .mapToDouble(d -> (d.estimate() - mean) * (d.estimate() - mean))
                              .sum()
                          / (list.size() - 1));
              double cover =
                  list.stream().filter(d -> d.low() <= mean && mean <= d.high()).count()
                      / (double) list.size();
              double half =
                  list.stream().mapToDouble(d -> (d.high() - d.low()) / 2).average().getAsDouble();
              System.out.printf(
                  "%s n %d %-24s mean %.3f sd %.4f cover %.3f half/1.645sd %.2f (%d)%n",
                  kind, n, e.key(), mean, sd, cover, half / 1.645 / sd, list.size());
            });
        curve.forEach(
            (n1, list) -> {
              double mean =
                  list.stream().mapToDouble(ScaleEstimate::estimate).average().getAsDouble();
              double sd =
                  Math.sqrt(
                      list.stream()
                              .mapToDouble(d -> (d.estimate() - mean) * (d.estimate() - mean))
                              .sum()
                          / (list.size() - 1));
              double cover =
                  list.stream().filter(d -> d.low() <= mean && mean <= d.high()).count()
                      / (double) list.size();
              double half =
                  list.stream().mapToDouble(d -> (d.high() - d.low()) / 2).average().getAsDouble();
              System.out.printf(
                  "%s n %d gride %d mean %.3f sd %.4f cover %.3f sd/se %.2f%n",
                  kind, n, n1, mean, sd, cover, 1.645 * sd / half);
            });
      }
  }

  static Points sphere(int n, int d, long seed) {
    Points g = Clouds.gaussian(n, d + 1, seed);
    float[] v = new float[n * (d + 1)];
    for (int i = 0; i < n; i++) {
      double s = 0;
      for (int c = 0; c <= d; c++) s += g.value(i, c) * g.value(i, c);
      for (int c = 0; c <= d; c++) v[i * (d + 1) + c] = (float) (g.value(i, c) / Math.sqrt(s));
    }
    return Points.of(v, n, d + 1);
  }
}
