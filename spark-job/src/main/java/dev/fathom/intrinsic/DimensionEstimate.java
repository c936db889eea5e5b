// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

/**
 * One estimate of an intrinsic dimension with its 90 % interval. All numbers are finite.
 *
 * @param method the estimator's name
 * @param estimate the dimension, greater than zero
 * @param low lower end of the interval, zero or more
 * @param high upper end of the interval
 * @param points number of points that the estimate is based on
 * @param neighbours number of neighbours of each point that the estimator reads
 */
public record DimensionEstimate(
    String method, double estimate, double low, double high, int points, int neighbours) {}
