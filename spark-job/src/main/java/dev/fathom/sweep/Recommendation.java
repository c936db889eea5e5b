// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.evaluate.Retrieval;
import dev.fathom.measure.Metric;
import dev.fathom.sweep.SweepPoint.Spread;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The smallest embedding width whose validation retrieval is within one standard error of the best:
 * the rule of one standard error (Breiman and others, 1984), which prefers the simpler of two that
 * the data cannot tell apart.
 *
 * @param dimension the recommended width
 * @param recall mean recall@1 on the validation pairs at the recommended width
 * @param bestDimension the width with the highest mean recall@1
 * @param bestRecall the highest mean recall@1
 * @param standardError standard error of the highest recall: over the repeats, or of a share of as
 *     many pairs if that is larger, as all repeats use the same pairs
 * @param sharedDimension the shared dimension at the recommended width, if it was measured
 */
public record Recommendation(
    int dimension,
    double recall,
    int bestDimension,
    double bestRecall,
    double standardError,
    Optional<Double> sharedDimension) {
  private static final Metric RECALL = Metric.VALIDATION_RECALL;

  /**
   * Chooses among the widths that were tried with the other settings of the best point; a width
   * that failed in any repeat is not chosen. Empty if no width was swept or there were no
   * validation pairs.
   */
  static Optional<Recommendation> of(List<SweepPoint> points, long validationPairs) {
    List<SweepPoint> candidates =
        points.stream()
            .filter(point -> point.settings().containsKey(SweepSettings.DIMENSION))
            .filter(point -> point.failed() == 0 && point.figures().containsKey(RECALL))
            .toList();
    return candidates.stream()
        .max(Comparator.comparingDouble(Recommendation::recall))
        .map(best -> of(candidates, best, validationPairs));
  }

  private static Recommendation of(List<SweepPoint> points, SweepPoint best, long pairs) {
    Spread highest = best.figures().get(RECALL);
    double error =
        Math.max(highest.standardError(), Retrieval.standardError(highest.mean(), pairs));
    SweepPoint chosen =
        points.stream()
            .filter(point -> others(point).equals(others(best)))
            .filter(point -> recall(point) >= highest.mean() - error)
            .min(Comparator.comparingInt(Recommendation::dimension))
            .orElse(best);
    return new Recommendation(
        dimension(chosen),
        recall(chosen),
        dimension(best),
        highest.mean(),
        error,
        Optional.ofNullable(chosen.figures().get(Metric.SHARED_DIMENSION)).map(Spread::mean));
  }

  private static double recall(SweepPoint point) {
    return point.figures().get(RECALL).mean();
  }

  private static int dimension(SweepPoint point) {
    return Integer.parseInt(point.settings().get(SweepSettings.DIMENSION));
  }

  private static Map<String, String> others(SweepPoint point) {
    Map<String, String> others = new HashMap<>(point.settings());
    others.remove(SweepSettings.DIMENSION);
    return others;
  }
}
