// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * What two sides of pairs have in common by linear maps: canonical correlations and the spectrum of
 * the cross-covariance, each compared with shuffled pairs. Arithmetic on point clouds, without
 * Spark.
 */
package dev.fathom.correlation;
