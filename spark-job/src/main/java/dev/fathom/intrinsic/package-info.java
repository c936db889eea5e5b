// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * How many dimensions a point cloud really has: the estimators that read the distances of its
 * nearest neighbours. With {@code points} and {@code neighbours} below, a library of its own on
 * row-major {@code float[]} matrices, without Spark and without DL4J; it may use nothing of the
 * other packages but {@code dev.fathom.blas} and the named random streams.
 *
 * <p>{@link dev.fathom.intrinsic.IntrinsicDimension} measures one cloud by the estimators of {@link
 * dev.fathom.intrinsic.Estimator}, {@link dev.fathom.intrinsic.SharedDimension} reads the headline
 * off two. Whoever has a cluster calls {@link dev.fathom.intrinsic.points.PreparedPoints#of} once,
 * lets it search the neighbours of what stays, and hands both over.
 */
package dev.fathom.intrinsic;
