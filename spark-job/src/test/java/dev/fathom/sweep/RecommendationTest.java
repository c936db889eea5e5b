// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.measure.Metric;
import dev.fathom.sweep.SweepPoint.Spread;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecommendationTest {
  @Test
  void theSmallestWidthWithinOneStandardErrorOfTheBestIsRecommended() {
    List<SweepPoint> points =
        List.of(
            point(2, 0.50, 0.01),
            point(4, 0.79, 0.01),
            point(8, 0.81, 0.01),
            point(16, 0.82, 0.04));

    Recommendation found = Recommendation.of(points, 1_000_000).orElseThrow();

    // 0.04 of 4 repeats is an error of 0.02: 0.81 is within it, 0.79 is not.
    assertThat(found.dimension()).isEqualTo(8);
    assertThat(found.bestDimension()).isEqualTo(16);
    assertThat(found.standardError()).isEqualTo(0.02, within(1e-12));
    assertThat(found.sharedDimension()).contains(3.0);
  }

  @Test
  void repeatsThatAgreeDoNotMakeFewPairsCertain() {
    List<SweepPoint> points = List.of(point(4, 0.88, 0), point(8, 0.90, 0));

    // √(0.9·0.1/100) = 0.03
    assertThat(Recommendation.of(points, 100).orElseThrow().dimension()).isEqualTo(4);
    assertThat(Recommendation.of(points, 10_000).orElseThrow().dimension()).isEqualTo(8);
  }

  @Test
  void aWidthIsComparedWithinTheOtherSettingsOfTheBest() {
    List<SweepPoint> points =
        List.of(
            new SweepPoint(
                Map.of("model.dimension", "2", "training.epochs", "1"), 1, 0, figures(0.9, 0)),
            new SweepPoint(
                Map.of("model.dimension", "8", "training.epochs", "9"), 1, 0, figures(0.9001, 0)));

    assertThat(Recommendation.of(points, 100).orElseThrow().dimension()).isEqualTo(8);
  }

  @Test
  void withoutWidthsOrValidationPairsThereIsNone() {
    assertThat(Recommendation.of(List.of(new SweepPoint(Map.of(), 1, 0, figures(0.9, 0))), 100))
        .isEmpty();
    assertThat(
            Recommendation.of(
                List.of(new SweepPoint(Map.of("model.dimension", "2"), 1, 0, Map.of())), 0))
        .isEqualTo(Optional.empty());
  }

  private static SweepPoint point(int dimension, double recall, double deviation) {
    return new SweepPoint(
        Map.of("model.dimension", Integer.toString(dimension)), 4, 0, figures(recall, deviation));
  }

  private static Map<Metric, Spread> figures(double recall, double deviation) {
    return Map.of(
        Metric.VALIDATION_RECALL,
        new Spread(recall, deviation, 4),
        Metric.SHARED_DIMENSION,
        new Spread(3, 0, 4));
  }
}
