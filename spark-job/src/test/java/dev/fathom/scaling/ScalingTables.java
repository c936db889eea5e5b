// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.scaling;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Prints the table of {@code docs/scaling.md} that the formula makes. Not among the tests that a
 * build runs: {@code -Dtest=ScalingTables} names it.
 */
class ScalingTables {
  private static final long[] PARAMETERS = {100_000, 1_000_000, 10_000_000, 100_000_000};
  private static final int[] EXECUTORS = {10, 100, 1000};
  private static final double[] GIGABITS = {1, 10, 25};
  private static final double SHARE = 0.95;

  @Test
  void rounds() {
    for (long parameters : PARAMETERS) {
      for (int executors : EXECUTORS) {
        System.out.printf("| %,d | %,d |", parameters, executors);
        for (double gigabits : GIGABITS) {
          RoundCost cost = cost(parameters, executors, gigabits);
          System.out.printf(
              " %s s, %.0f %%, %,d |",
              seconds(cost.seconds()),
              100 * shareUnderAuto(cost),
              cost.period(SHARE, step(parameters)));
        }
        RoundCost cost = cost(parameters, executors, 10);
        System.out.printf(
            " %,.0f, %,.0f MB | %s |%n", cost.sent() / 1e6, cost.taken() / 1e6, most(cost));
      }
    }
  }

  private static RoundCost cost(long parameters, int executors, double gigabits) {
    return RoundCost.onCluster(parameters, executors, gigabits * 1e9 / 8);
  }

  /**
   * Seconds of a step of 256 pairs, as {@code averagingPeriod=auto} takes them, of dense towers.
   */
  private static double step(long parameters) {
    return 3 * 256 * 2.0 * parameters / 3e10;
  }

  /** What is left of the share that {@code averagingPeriod=auto} means arithmetic to have. */
  private static double shareUnderAuto(RoundCost cost) {
    double arithmetic = SHARE / (1 - SHARE) * (0.01 + cost.bytes() / 2e8);
    return arithmetic / (arithmetic + cost.seconds());
  }

  /** To two digits. */
  private static String seconds(double seconds) {
    return new BigDecimal(seconds).round(new MathContext(2)).toPlainString();
  }

  private static String most(RoundCost cost) {
    return cost.parts().entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(part -> "%s %.0f %%".formatted(part.getKey(), 100 * part.getValue() / cost.seconds()))
        .orElseThrow();
  }
}
