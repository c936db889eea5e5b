// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import dev.fathom.random.RandomStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
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

/** The loss of a batch with its gradients, from embeddings of unit length. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
public class InfoNceBenchmark {
  private static final int DIMENSION = 30;
  private static final float TEMPERATURE = 0.07f;

  /** Pairs in the batch. */
  @Param({"250", "1000"})
  public int batch;

  /** Whether the loss is also taken over prefixes. */
  @Param({"false", "true"})
  public boolean nested;

  private InfoNce objective;
  private float[] u;
  private float[] v;
  private float[] gradientU;
  private float[] gradientV;

  /** Draws the embeddings. */
  @Setup
  public void draw() {
    objective = new InfoNce(batch, nested ? List.of(4, 8, 15, DIMENSION) : List.of(DIMENSION));
    u = embeddings(RandomStream.of(1, "benchmark u"));
    v = embeddings(RandomStream.of(1, "benchmark v"));
    gradientU = new float[u.length];
    gradientV = new float[v.length];
  }

  /** One loss, and what it asks of both sides. */
  @Benchmark
  public double lossAndGradients() {
    return objective.lossAndGradients(u, v, batch, TEMPERATURE, gradientU, gradientV);
  }

  private float[] embeddings(RandomGenerator random) {
    float[] drawn = new float[batch * DIMENSION];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = (float) random.nextGaussian();
    }
    new Cosine().embed(drawn, DIMENSION, 1);
    return drawn;
  }
}
