// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

/**
 * The dimension at one scale: one point of the Gride curve, with a 90 % interval from the
 * likelihood.
 *
 * @param n1 rank, counted among all points, of the nearer of the two neighbours compared; the
 *     farther one has rank 2·n1. On a cloud thinned to one point in s, the ranks compared were n1/s
 *     and 2·n1/s
 * @param estimate the dimension, greater than zero
 * @param low lower end of the interval, zero or more
 * @param high upper end of the interval
 * @param meanDistance the mean distance to the farther neighbour, in the units of the points
 * @param points number of points that the estimate is based on
 */
public record ScaleEstimate(
    int n1, double estimate, double low, double high, double meanDistance, int points) {}
