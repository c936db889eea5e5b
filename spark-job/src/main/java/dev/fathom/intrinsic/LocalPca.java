// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.blas.SymmetricEigen;
import dev.fathom.intrinsic.points.Points;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.StatUtils;

/** Estimates from the principal variances of neighbourhoods, after Fukunaga and Olsen (1971). */
final class LocalPca {

  /*
   * A small piece of a manifold is flat: of its neighbourhoods only as many variances are large as
   * it has dimensions. The variances of the k neighbours of a point about their mean, from the
   * smaller of the two matrices VᵀV and VVᵀ, whose eigenvalues are the same but for zeros.
   *
   * Fails where noise is as large as a neighbourhood, or the manifold bends within one.
   */
  static final int NEIGHBOURS = 100;

  private LocalPca() {}

  /** The mean over the points of a function of the variances, which are in descending order. */
  static double mean(Cloud cloud, ToDoubleFunction<double[]> figure) {
    return StatUtils.mean(figures(cloud, figure));
  }

  /** The standard error of the mean of a function that takes few values, such as a count. */
  static double standardError(Cloud cloud, ToDoubleFunction<double[]> figure) {
    return Confidence.SHARED_NEIGHBOURS
        * Math.sqrt(StatUtils.variance(figures(cloud, figure)) / cloud.count());
  }

  private static double[] figures(Cloud cloud, ToDoubleFunction<double[]> figure) {
    return Arrays.stream(cloud.localVariances()).mapToDouble(figure).toArray();
  }

  /** The variances around each point, descending, up to a common factor. */
  static double[][] variances(Cloud cloud) {
    int k = Math.min(NEIGHBOURS, cloud.count() - 1);
    Points points = cloud.points();
    int d = points.dimension();
    Neighbourhood neighbourhood = new Neighbourhood(points, cloud.neighbours(k), k);
    int size = Math.min(k, d);
    double[] matrix = new double[size * size];
    double[][] variances = new double[cloud.count()][];
    for (int i = 0; i < variances.length; i++) {
      DoubleMatrix v = DoubleMatrix.of(neighbourhood.fromMean(i), 0, k, d);
      // Both products have the same eigenvalues above 0, so the smaller one is used.
      DoubleMatrix.of(matrix, 0, size, size)
          .setProduct(d <= k ? v.transposed() : v, d <= k ? v : v.transposed());
      variances[i] = descending(SymmetricEigen.values(matrix, size));
    }
    return variances;
  }

  private static double[] descending(double[] ascending) {
    double[] descending = new double[ascending.length];
    for (int c = 0; c < ascending.length; c++) {
      descending[c] = Math.max(0, ascending[ascending.length - 1 - c]);
    }
    return descending;
  }
}
