// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Training steps of a residual encoder beside a transformer. */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 7, time = 2)
public class ResidualStepBenchmark {
  private static final int BATCH = 64;

  /** Height and width of the pictures. */
  @Param("32")
  public int size;

  private TrainingStep step;

  /** What a second is counted in. */
  @State(Scope.Thread)
  @AuxCounters
  public static class Counter {
    /** Pairs trained on. */
    public long pairs;

    /** Starts an iteration's count. */
    @Setup(Level.Iteration)
    public void reset() {
      pairs = 0;
    }
  }

  /** Makes the worker. */
  @Setup
  public void prepare() {
    step = TrainingStep.residual(size, BATCH);
  }

  /** Some steps. */
  @Benchmark
  public void train(Counter counter) {
    counter.pairs += step.round();
  }
}
