// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * How many dimensions a point cloud really has: exact nearest neighbours and the estimators that
 * read their distances. A library of its own on row-major {@code float[]} matrices, without Spark
 * and without DL4J; it may use nothing of the other packages but {@code dev.fathom.blas} and the
 * named random streams.
 *
 * <p>{@link dev.fathom.intrinsic.IntrinsicDimension} measures one cloud by the estimators of {@link
 * dev.fathom.intrinsic.Estimator}, {@link dev.fathom.intrinsic.SharedDimension} reads the headline
 * off two. Whoever has a cluster calls {@link dev.fathom.intrinsic.PreparedPoints#of} once, {@link
 * dev.fathom.intrinsic.NeighbourSearch#of} on what stays, {@link
 * dev.fathom.intrinsic.NeighbourSearch#bounds} and then {@link
 * dev.fathom.intrinsic.NeighbourSearch#part} in each task, {@link
 * dev.fathom.intrinsic.PartialNeighbours#merge} range by range, and {@link
 * dev.fathom.intrinsic.NeighbourSearch#join}.
 */
package dev.fathom.intrinsic;
