// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import org.apache.commons.math3.stat.StatUtils;

/** The standard error of a statistic from its values with groups of points left out. */
final class GroupJackknife {

  /*
   * With J groups and θ₍ⱼ₎ the statistic without group j, the jackknife's variance is
   *
   *   V = (J−1)/J·Σ (θ₍ⱼ₎ − θ̄)².
   *
   * Where the statistic hangs on points one by one that is right. Where it hangs on pairs of
   * points, as a participation ratio of equal variances and a count of close pairs do, V is up to
   * twice too large, and Efron and Stein (1981) take off
   *
   *   1/(J(J−1))·Σ_{i<j} (Qᵢⱼ − Q̄)²,   Qᵢⱼ = J·θ − (J−1)(θ₍ᵢ₎ + θ₍ⱼ₎) + (J−2)·θ₍ᵢⱼ₎.
   *
   * What is left is never below a half of V but for noise.
   */
  private GroupJackknife() {}

  /** A statistic that can be computed with groups left out. */
  interface Statistic {
    /** The statistic's value without the groups i and j, which may be the same. */
    double without(int i, int j);
  }

  /**
   * The standard error; NaN if the statistic has no value without some group.
   *
   * @param value the statistic of all points
   * @param groups number of groups, 3 or more
   */
  static double standardError(double value, int groups, Statistic statistic) {
    double[] without = new double[groups];
    for (int i = 0; i < groups; i++) {
      without[i] = statistic.without(i, i);
    }
    double variance = (groups - 1.0) * (groups - 1.0) / groups * StatUtils.variance(without);
    double[] ofPairs = new double[groups * (groups - 1) / 2];
    int pair = 0;
    for (int i = 0; i < groups; i++) {
      for (int j = i + 1; j < groups; j++) {
        ofPairs[pair++] =
            groups * value
                - (groups - 1) * (without[i] + without[j])
                + (groups - 2) * statistic.without(i, j);
      }
    }
    double excess = (ofPairs.length - 1) * StatUtils.variance(ofPairs) / (groups * (groups - 1.0));
    return Math.sqrt(Math.max(variance - excess, variance / 2));
  }

  /** The standard error from the values of a statistic without each group. */
  static double standardError(double[] without) {
    return Math.sqrt(variance(without));
  }

  private static double variance(double[] without) {
    double groups = without.length;
    return (groups - 1) * (groups - 1) / groups * StatUtils.variance(without);
  }
}
