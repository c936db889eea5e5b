// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Points;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The 20 nearest neighbours of every point, on one thread, from preparing to the last distance. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 5)
public class NeighbourSearchBenchmark {
  private static final int WIDTH = 64;
  private static final int NEIGHBOURS = 20;

  /** Points. */
  @Param({"50000", "100000"})
  public int points;

  /** How many dimensions vary: a curved surface of 8 in 64 columns, or all 64, independent. */
  @Param({"8", "64"})
  public int dimension;

  private Points cloud;

  /** Draws the points. */
  @Setup
  public void draw() {
    cloud =
        dimension == WIDTH
            ? Clouds.gaussian(points, WIDTH, 1)
            : Clouds.curved(points, dimension, WIDTH);
  }

  /** One search. */
  @Benchmark
  public Neighbours search() {
    return NeighbourSearch.search(cloud, NEIGHBOURS);
  }
}
