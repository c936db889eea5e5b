// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.blas.Blas;
import dev.fathom.contrastive.InfoNce;
import dev.fathom.encoder.EncoderKernel;
import dev.fathom.model.Towers;
import java.util.ArrayList;
import java.util.List;

/**
 * One worker's working memory and arithmetic. A round is a pure function of the state it starts
 * from, the worker's pairs and their partition's number, so a task that Spark runs again gives the
 * same bits.
 */
final class Replica {

  /** Batches of a round that the loss is taken on as a function of the temperature. */
  private static final int CURVE_BATCHES = 4;

  private final ReplicaSpec spec;
  private final Towers towers;
  private final TrainingSettings settings;
  private final RoundPlan plan;
  private final int sample;
  private final EncoderKernel x;
  private final EncoderKernel y;
  private final InfoNce objective;
  private final int[] rows;
  private final float[] gradients;
  private final Tower towerX;
  private final Tower towerY;

  /** Buffers of one side: encoder outputs, embeddings, and the gradients of both. */
  private record Tower(
      float[] output, float[] outputGradient, float[] embedding, float[] gradient, float[] norms) {
    static Tower of(int batch, int sample, int dimension) {
      int outputs = (batch + sample) * dimension;
      return new Tower(
          new float[outputs],
          new float[outputs],
          new float[batch * dimension],
          new float[batch * dimension],
          new float[batch + sample]);
    }
  }

  Replica(ReplicaSpec spec) {
    this.spec = spec;
    towers = spec.towers();
    settings = spec.settings();
    plan = spec.plan();
    sample = plan.sample();
    int maximumRows = plan.batch() + sample;
    x = towers.x().kernel(maximumRows);
    y = towers.y().kernel(maximumRows);
    objective = new InfoNce(plan.batch(), towers.dimension());
    rows = new int[maximumRows];
    gradients = new float[towers.parameterCount()];
    towerX = Tower.of(plan.batch(), sample, towers.dimension());
    towerY = Tower.of(plan.batch(), sample, towers.dimension());
  }

  /**
   * Does the local steps of a round.
   *
   * @param start what to begin with; not written to
   */
  RoundResult run(PairPartition pairs, int partition, RoundState state, Weights start) {
    long begin = System.nanoTime();
    Weights weights = start.copy();
    Temperature temperature = new Temperature(spec.temperature(), state.temperature());
    double[] losses = new double[state.steps()];
    double[] temperatureGradients = new double[state.steps()];
    for (int i = 0; i < state.steps(); i++) {
      long step = state.firstStep() + i;
      choose(pairs, partition, step);
      losses[i] = lossAndGradients(pairs, weights.parameters(), (float) temperature.value());
      temperatureGradients[i] = objective.temperatureGradient();
      Optimizer.step(settings, weights, gradients, step, plan);
      if (spec.temperature().stepsOnWorkers()) {
        temperature.step(temperatureGradients[i], settings.schedule(step, plan.totalSteps()));
      }
    }
    return new RoundResult(
        1,
        weights,
        losses,
        temperatureGradients,
        temperature.state(),
        (System.nanoTime() - begin) * 1e-9);
  }

  /**
   * L and its derivatives with respect to 1/τ, over the last batches of a round. The embeddings are
   * made once a round and kept beside the pairs.
   *
   * @param training its name, unique in the life of an executor
   */
  InfoNce.Curve curve(
      PairPartition pairs,
      int partition,
      String training,
      RoundState state,
      float[] parameters,
      double inverse) {
    String name = training + "/" + state.firstStep();
    PairPartition.Embedded embedded =
        pairs.embedded(name, () -> embedLatest(pairs, partition, name, state, parameters));
    List<InfoNce.Curve> curves = new ArrayList<>();
    for (int b = 0; b < embedded.x().length; b++) {
      curves.add(objective.curve(embedded.x()[b], embedded.y()[b], plan.batch(), inverse));
    }
    return InfoNce.Curve.mean(curves);
  }

  private PairPartition.Embedded embedLatest(
      PairPartition pairs, int partition, String name, RoundState state, float[] parameters) {
    int batches = Math.min(CURVE_BATCHES, state.steps());
    float[][] embeddedX = new float[batches][];
    float[][] embeddedY = new float[batches][];
    for (int b = 0; b < batches; b++) {
      choose(pairs, partition, state.firstStep() + state.steps() - batches + b);
      forward(pairs, parameters, plan.batch());
      embeddedX[b] = towerX.embedding.clone();
      embeddedY[b] = towerY.embedding.clone();
    }
    return new PairPartition.Embedded(name, embeddedX, embeddedY);
  }

  /** Loss and retrieval of a partition's batches, nothing drawn and nothing changed. */
  ValidationLoss.Part validationLoss(PairPartition pairs, float[] parameters, float temperature) {
    int batches = Math.max(pairs.size() / plan.batch(), 1);
    int batch = Math.min(plan.batch(), pairs.size());
    double sum = 0;
    long firsts = 0;
    for (int b = 0; b < batches; b++) {
      for (int i = 0; i < batch + sample; i++) {
        rows[i] = (b * batch + i) % pairs.size();
      }
      forward(pairs, parameters, batch);
      sum += objective.loss(towerX.embedding, towerY.embedding, batch, temperature);
      firsts += firsts(batch);
    }
    return new ValidationLoss.Part(sum, batches, firsts, (long) batches * batch);
  }

  /** How many x of the batch are nearer to their own y than to any other. */
  private int firsts(int batch) {
    int width = towers.dimension();
    float[] similarities = new float[batch * batch];
    Blas.gemm(
        false,
        true,
        batch,
        batch,
        width,
        1,
        towerX.embedding,
        0,
        width,
        towerY.embedding,
        0,
        width,
        0,
        similarities,
        0,
        batch);
    int firsts = 0;
    for (int i = 0; i < batch; i++) {
      boolean first = true;
      for (int j = 0; j < batch; j++) {
        first &= j == i || similarities[i * batch + j] < similarities[i * batch + i];
      }
      firsts += first ? 1 : 0;
    }
    return firsts;
  }

  /** ∂L/∂parameters of the last step, x's then y's. */
  float[] gradients() {
    return gradients;
  }

  /**
   * The batch, then the separate sample: of the pairs held out for it the next, or else those that
   * the epoch visits next.
   */
  private void choose(PairPartition pairs, int partition, long step) {
    long epoch = settings.redrawBatches() ? plan.epoch(step) : 0;
    int heldOut = plan.heldOut();
    int[] order = pairs.order(settings.seed(), epoch, partition, heldOut);
    int first = plan.firstRow(step);
    int ofEpoch = heldOut == 0 ? rows.length : plan.batch();
    for (int i = 0; i < ofEpoch; i++) {
      rows[i] = order[(first + i) % order.length];
    }
    for (int i = ofEpoch; i < rows.length; i++) {
      long drawn = step * sample + i - ofEpoch;
      rows[i] = order[order.length - heldOut + (int) (drawn % heldOut)];
    }
  }

  private void forward(PairPartition pairs, float[] parameters, int batch) {
    x.forward(pairs.x(), rows, batch + sample, parameters, 0, towerX.output);
    y.forward(pairs.y(), rows, batch + sample, parameters, towers.yOffset(), towerY.output);
    embed(towerX, batch);
    embed(towerY, batch);
  }

  private void embed(Tower tower, int batch) {
    towers
        .similarity()
        .forward(tower.output, batch, sample, towers.dimension(), tower.embedding, tower.norms);
  }

  private double lossAndGradients(PairPartition pairs, float[] parameters, float temperature) {
    forward(pairs, parameters, plan.batch());
    double loss =
        objective.lossAndGradients(
            towerX.embedding,
            towerY.embedding,
            plan.batch(),
            temperature,
            towerX.gradient,
            towerY.gradient);
    backward(towerX, x, parameters, 0);
    backward(towerY, y, parameters, towers.yOffset());
    return loss;
  }

  private void backward(Tower tower, EncoderKernel kernel, float[] parameters, int offset) {
    towers
        .similarity()
        .backward(
            tower.output,
            plan.batch(),
            sample,
            towers.dimension(),
            tower.embedding,
            tower.norms,
            tower.gradient,
            tower.outputGradient);
    kernel.backward(tower.outputGradient, parameters, offset, gradients);
  }
}
