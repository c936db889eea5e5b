// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

/**
 * One estimate of an intrinsic dimension with its interval at the 90 % level. All numbers are
 * finite.
 *
 * @param method the estimator's name
 * @param estimate greater than zero
 * @param low the interval's lower end, zero or more
 * @param high its upper end
 * @param points number of points that it is based on
 * @param neighbours number of neighbours of each point that it reads
 */
public record DimensionEstimate(
    String method, double estimate, double low, double high, int points, int neighbours) {}
