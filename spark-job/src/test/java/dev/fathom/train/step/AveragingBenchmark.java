// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.train.step.Weights.Moments;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

/** The driver's mean of what workers give, of five million parameters each. */
@State(Scope.Thread)
@Fork(1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AveragingBenchmark {
  private static final int PARAMETERS = 5_000_000;

  /** How many results. */
  @Param({"2", "4", "16"})
  public int workers;

  private List<RoundResult> results;

  /** Makes the results. */
  @Setup
  public void prepare() {
    results =
        Stream.generate(
                () ->
                    new RoundResult(
                        1,
                        new Weights(new float[PARAMETERS], Moments.zero(PARAMETERS)),
                        new RoundResult.Steps(new double[1], new double[1], new double[1]),
                        new Temperature.State(
                            Temperature.Scalar.of(0), Temperature.Scalar.of(0), 1),
                        "",
                        0))
            .limit(workers)
            .toList();
  }

  /** A mean. */
  @Benchmark
  public Object mean() {
    return RoundResult.mean(results);
  }
}
