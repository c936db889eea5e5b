// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.contrastive.Curve;
import java.util.Optional;
import java.util.function.DoubleFunction;

/** The temperature that minimises the loss of fixed embeddings. */
public final class ExactTemperature {
  /*
   * With the embeddings fixed, L is convex in s = 1/τ: a mean of log-sum-exps of functions linear in s. So Newton's steps
   * on L′(s) = 0 are safe once they are kept between the points where L′ has been seen negative and positive; one that
   * leaves them is replaced by the middle, in the logarithm, as s spans decades. Where pairs are told apart without error
   * L falls for ever, and the bound is the solution: the regime in which the paper's temperature goes to 0.
   */

  private static final int MOST_STEPS = 40;

  /** A relative change of s that is small compared with the noise of a batch. */
  private static final double TOLERANCE = 1e-3;

  private static final String TRUST_REGION = "trust-region";
  private static final String FLOOR = "floor";

  private ExactTemperature() {}

  /** The limit that bounds the solution, if any. */
  enum Bound {
    NONE,
    LOWEST,
    HIGHEST
  }

  /**
   * The temperature at the minimum of L.
   *
   * @param inverse s = 1/τ
   */
  public record Solution(double inverse, Bound bound) {}

  /**
   * The interval in which the minimum is searched.
   *
   * @param start start of the search, within the interval
   * @param lowest smallest s
   * @param highest largest s
   * @param floor whether the upper end comes from the floor of the temperature
   */
  public record Range(double start, double lowest, double highest, boolean floor) {
    /**
     * The interval around a round's temperature that the optimiser's steps of that round could have
     * reached.
     */
    public static Range of(TrainerSpec spec, RoundState round) {
      double trust = 0;
      for (int i = 0; i < round.steps(); i++) {
        trust += spec.temperature().learningRate() * spec.learningRateShare(round.firstStep() + i);
      }
      double now = 1 / round.temperature().value();
      double farthest = now * Math.exp(trust);
      double highest = Math.min(farthest, 1 / spec.temperature().floor());
      return new Range(Math.min(now, highest), now * Math.exp(-trust), highest, highest < farthest);
    }

    /**
     * The metrics' name for the bound of a solution; empty if the solution is the unbounded
     * minimum.
     */
    public Optional<String> boundOf(Solution solution) {
      return switch (solution.bound()) {
        case NONE -> Optional.empty();
        case LOWEST -> Optional.of(TRUST_REGION);
        case HIGHEST -> Optional.of(floor ? FLOOR : TRUST_REGION);
      };
    }
  }

  /**
   * Minimises L over an interval.
   *
   * @param loss L and its derivatives with respect to s
   */
  public static Solution solve(DoubleFunction<Curve> loss, Range range) {
    double lowest = range.lowest;
    double highest = range.highest;
    double start = range.start;
    double low = lowest;
    double high = highest;
    double s = start;
    for (int i = 0; i < MOST_STEPS; i++) {
      Curve at = loss.apply(s);
      if (at.slope() < 0) {
        low = s;
      } else {
        high = s;
      }
      if (high <= low || (at.slope() < 0 && s >= highest) || (at.slope() >= 0 && s <= lowest)) {
        break;
      }
      double next = s - at.slope() / at.curvature();
      if (next >= highest && high == highest) {
        next = highest;
      } else if (next <= lowest && low == lowest) {
        next = lowest;
      } else if (!(next > low && next < high)) {
        next = Math.sqrt(low * high);
      }
      boolean settled = Math.abs(next / s - 1) < TOLERANCE;
      s = next;
      if (settled) {
        break;
      }
    }
    return new Solution(s, s >= highest ? Bound.HIGHEST : s <= lowest ? Bound.LOWEST : Bound.NONE);
  }
}
