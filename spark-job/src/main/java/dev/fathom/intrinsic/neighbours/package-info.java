// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * The exact nearest neighbours of every point of a cloud.
 *
 * <p>{@link dev.fathom.intrinsic.neighbours.NeighbourSearch#search} runs on one thread. On a
 * cluster, call {@link dev.fathom.intrinsic.neighbours.NeighbourSearch#of} once, {@link
 * dev.fathom.intrinsic.neighbours.NeighbourSearch#bounds} and then {@link
 * dev.fathom.intrinsic.neighbours.NeighbourSearch#part(int, double[])} in each task, {@link
 * dev.fathom.intrinsic.neighbours.PartialNeighbours#merge} range by range, and finally {@link
 * dev.fathom.intrinsic.neighbours.NeighbourSearch#join}.
 */
package dev.fathom.intrinsic.neighbours;
