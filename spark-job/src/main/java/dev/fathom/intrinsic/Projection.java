// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import dev.fathom.intrinsic.points.PrincipalComponents;
import java.util.Arrays;

/**
 * Points on the plane of their first two principal axes.
 *
 * @param rows rows of the projected points
 * @param first coordinates along the first axis
 * @param second coordinates along the second axis, 0 if there is only one column
 * @param share share of the variance within the plane, 0 to 1
 */
public record Projection(int[] rows, double[] first, double[] second, double share) {

  /**
   * Projects a sample of at most {@code most} prepared points, which are in random order, on the
   * axes of all points.
   */
  public static Projection of(PreparedPoints prepared, int most) {
    Points points = prepared.points();
    PrincipalComponents components = PrincipalComponents.of(points);
    int count = Math.min(most, points.count());
    double[] first = new double[count];
    double[] second = new double[count];
    for (int i = 0; i < count; i++) {
      first[i] = along(points, i, components, 0);
      second[i] = points.dimension() > 1 ? along(points, i, components, 1) : 0;
    }
    double[] variances = components.variances();
    double all = Arrays.stream(variances).sum();
    double held = Arrays.stream(variances).limit(2).sum();
    return new Projection(
        Arrays.copyOf(prepared.rows(), count), first, second, all > 0 ? held / all : 1);
  }

  private static double along(Points points, int row, PrincipalComponents components, int axis) {
    int d = points.dimension();
    double sum = 0;
    for (int c = 0; c < d; c++) {
      sum += components.axes()[axis * d + c] * (points.value(row, c) - components.centre()[c]);
    }
    return sum;
  }
}
