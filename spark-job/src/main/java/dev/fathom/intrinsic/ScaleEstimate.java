// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

/**
 * The dimension at one scale: one point of the Gride curve, with a 90 % interval from the
 * likelihood.
 *
 * @param n1 the nearer of the two neighbours compared, the farther being 2·n1, counted among all
 *     points: on a cloud thinned to one point in s, n1/s is what was compared
 * @param estimate greater than zero
 * @param low the interval's lower end, zero or more
 * @param high its upper end
 * @param meanDistance the mean distance to the farther neighbour, in the units of the points
 * @param points how many points it rests on
 */
public record ScaleEstimate(
    int n1, double estimate, double low, double high, double meanDistance, int points) {}
