// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

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
 * @param dimension that width
 * @param recall its mean recall@1 on the validation pairs
 * @param bestDimension the width with the highest
 * @param bestRecall that recall
 * @param standardError of the highest: over the repeats, or of a share of so many pairs where that
 *     is more, as all repeats look at the same pairs
 * @param sharedDimension the measured shared dimension at the recommended width, where there is one
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
   * Chooses among the widths that were tried with the other settings of the best point; one that
   * failed in any repeat is not chosen. Empty where no width was swept or there were no validation
   * pairs.
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
    // The standard error of a share, with one more hit and one more miss (Laplace), so that it is
    // never 0.
    double share = (highest.mean() * pairs + 1) / (pairs + 2);
    double ofAShare = Math.sqrt(share * (1 - share) / pairs);
    double error = Math.max(highest.standardError(), ofAShare);
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
