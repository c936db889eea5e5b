// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The flattest stretch of the curve of dimension over scale: the dimension of the cloud between the
 * scale of its noise and that of its shape.
 *
 * @param estimate the median over the stretch
 * @param low the smallest lower end of the intervals over the stretch
 * @param high the largest upper end of the intervals over the stretch
 * @param fromN1 the stretch's smallest scale
 * @param toN1 the stretch's largest scale
 * @param spread log(largest / smallest estimate) over the stretch: 0 is flat
 */
public record Plateau(
    double estimate, double low, double high, int fromN1, int toN1, double spread) {

  /*
   * Noise and nuisance inflate the small scales, and their share falls as the scale grows; the
   * curvature and the boundary of the cloud bend the curve up or down at large scales. Between
   * them the estimate does not depend on the scale. So: among all stretches of three consecutive
   * scales with 2·n1 ≤ n/32 (beyond, a neighbourhood is no longer local: of five dimensions it has
   * half the radius of the cloud), take the one whose estimates differ least by ratio. A minimum would do for noise and curvature, but reads low on
   * clean clouds, whose curve falls towards the boundary.
   *
   * The differences carry sampling noise: the standard error of an estimate relative to it is
   * about 1/√n, so stretches within half of that of the flattest are equally flat. Of those whose
   * estimates agree, the one of the smallest scales wins, as the boundary bends it least; one that
   * is larger than another by more than the boundary makes of a factor of two or four in scale, a
   * tenth, owes that to noise, which only adds, and loses.
   */
  private static final int STRETCH = 3;

  /** A local neighbourhood holds at most n divided by this number of points. */
  static final int LOCAL_SHARE = 32;

  private static final double BOUNDARY = 0.1;

  /**
   * Finds the plateau.
   *
   * @param curve the curve by rising n1
   * @param points n, the number of points among which the scales n1 are counted
   * @return the plateau, or empty if no scale is local
   */
  static Optional<Plateau> of(List<ScaleEstimate> curve, int points) {
    List<ScaleEstimate> local = local(curve, points);
    if (local.isEmpty()) {
      return Optional.empty();
    }
    int length = Math.min(STRETCH, local.size());
    List<Plateau> stretches =
        IntStream.rangeClosed(0, local.size() - length)
            .mapToObj(first -> over(local.subList(first, first + length)))
            .toList();
    double flattest = stretches.stream().mapToDouble(Plateau::spread).min().getAsDouble();
    double tolerance =
        0.5 / Math.sqrt(local.stream().mapToInt(ScaleEstimate::points).min().getAsInt());
    return stretches.stream()
        .filter(stretch -> stretch.spread() <= flattest + tolerance)
        .collect(
            Collectors.collectingAndThen(
                Collectors.toList(), Plateau::firstThatOwesNothingToNoise));
  }

  /** The plateau as the dimension of a cloud of so many points. */
  DimensionEstimate dimension(int points) {
    return new DimensionEstimate("plateau", estimate, low, high, points, 2 * toN1);
  }

  /** The scales of a curve at which a neighbourhood is small compared with the cloud. */
  private static List<ScaleEstimate> local(List<ScaleEstimate> curve, int points) {
    return curve.stream().filter(scale -> 2 * scale.n1() <= points / LOCAL_SHARE).toList();
  }

  private static Optional<Plateau> firstThatOwesNothingToNoise(List<Plateau> bySmallestScale) {
    double smallest = bySmallestScale.stream().mapToDouble(Plateau::estimate).min().getAsDouble();
    return bySmallestScale.stream()
        .filter(stretch -> stretch.estimate() <= (1 + BOUNDARY) * smallest)
        .findFirst();
  }

  private static Plateau over(List<ScaleEstimate> stretch) {
    double[] estimates = stretch.stream().mapToDouble(ScaleEstimate::estimate).sorted().toArray();
    return new Plateau(
        estimates[estimates.length / 2],
        stretch.stream().mapToDouble(ScaleEstimate::low).min().getAsDouble(),
        stretch.stream().mapToDouble(ScaleEstimate::high).max().getAsDouble(),
        stretch.get(0).n1(),
        stretch.get(stretch.size() - 1).n1(),
        Math.log(estimates[estimates.length - 1] / estimates[0]));
  }
}
