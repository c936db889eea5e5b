// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Points;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Estimates once the neighbours are known, and all estimators with their intervals. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 5)
public class EstimatorsBenchmark {
  private static final int MANY = 50_000;
  private static final int FEWER = 10_000;
  private static final int WIDTH = 32;
  private static final int CURVED_WIDTH = 64;

  private Points many;
  private Neighbours neighbours;
  private Points fewer;

  /** Draws the points and searches the neighbours of the many. */
  @Setup
  public void draw() {
    many = Clouds.curved(MANY, 8, CURVED_WIDTH);
    neighbours = NeighbourSearch.search(many, 20);
    fewer = Clouds.gaussian(FEWER, WIDTH, 3);
  }

  /** Levina–Bickel, TwoNN and Gride of 50,000 points in 64 columns. */
  @Benchmark
  public List<Double> afterTheNeighbours() {
    Cloud cloud = Cloud.of(many, neighbours, 1);
    return List.of(
        Estimator.MLE.estimate(cloud, 20),
        Estimator.TWO_NN.estimate(cloud, 20),
        Estimator.GRIDE.estimate(cloud, 20));
  }

  /** Every estimator, interval, curve and spectrum of 10,000 points in 32 columns. */
  @Benchmark
  public DimensionResult all() {
    return IntrinsicDimension.of(
        fewer, new IntrinsicSettings(20, 20, 1, EnumSet.allOf(Estimator.class)));
  }
}
