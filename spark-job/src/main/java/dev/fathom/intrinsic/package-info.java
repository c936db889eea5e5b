// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * The intrinsic dimension of a point cloud, by estimators that read the distances of nearest
 * neighbours or the spread of the cloud. With {@code points} and {@code neighbours} below, this is
 * a library on row-major {@code float[]} matrices, without Spark and without DL4J; of the other
 * packages it may use only {@code dev.fathom.blas} and the named random streams.
 *
 * <p>{@link dev.fathom.intrinsic.IntrinsicDimension} measures one cloud by the estimators of {@link
 * dev.fathom.intrinsic.Estimator}; {@link dev.fathom.intrinsic.SharedDimension} takes the headline
 * from the results of two. On a cluster, call {@link dev.fathom.intrinsic.points.PreparedPoints#of}
 * once, search the neighbours of the prepared points on the executors, and pass both on.
 */
package dev.fathom.intrinsic;
