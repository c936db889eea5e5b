// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.collective.Collective;
import dev.fathom.collective.Collective.Part;
import dev.fathom.collective.Collective.Rows;
import dev.fathom.collective.Reduction;
import dev.fathom.collective.Runs;
import dev.fathom.contrastive.BatchRows;
import dev.fathom.contrastive.BatchRows.Exchange;
import dev.fathom.contrastive.Curve;
import dev.fathom.model.Towers;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.settings.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A worker's memory and arithmetic: steps on batches, of which it does the part of some partitions
 * and exchanges with the other members of a collective what they have to know of each other. A
 * round is a pure function of the state it starts from and the pairs, so a task that Spark runs
 * again gives the same bits, and so does any number of members.
 */
public final class Trainer {
  /*
   * A step, in which a member does the partitions [from, to) of the batch:
   *
   *   embed      own rows of both sides                     → gather: all rows
   *   similarities of own rows with all, what the objective wants to know of the others' (InfoNCE: maxima, then sums of
   *   the columns)                                          → reduce: each of these
   *   loss, ∂L/∂x of own rows, their part of ∂L/∂y          → reduce: loss, ∂L/∂log τ, ∂L/∂b, ∂L/∂y
   *   backward   own rows of both sides                     → reduce: ∂L/∂parameters
   *   optimiser  own part of the parameters
   *
   * Of up to 256 pairs the whole loss is sooner computed than exchanged: every process computes it for all rows.
   *
   * So the gradient is that of the loss of the whole batch, through all embeddings, and each similarity is taken once.
   */

  /** Rows whose activations are kept for the way back. Of more, they are made again. */
  private static final int KEPT_ROWS = 2048;

  /** Behind ∂L/∂y: L, ... */
  private static final int SCALARS = 3;

  /** ... ∂L/∂log τ, ... */
  private static final int TEMPERATURE = 1;

  /** ... and ∂L/∂b. */
  private static final int BIAS = 2;

  /** Pairs of a batch whose loss each process takes by itself, at most. */
  private static final int ALONE = 256;

  /** Batches of a round that the loss is taken on as a function of the temperature. */
  private static final int CURVE_BATCHES = 4;

  private final TrainerSpec spec;
  private final Towers towers;
  private final TrainingSettings settings;
  private final BatchPlan plan;
  private final List<MicroBatch> microBatches = new ArrayList<>();
  private final List<BatchRows> objectives = new ArrayList<>();
  private final List<Exchange> exchanges;
  private final List<Runs> exchanged = new ArrayList<>();
  private final Runs partnerGradients;
  private final Runs gradients;
  private BatchRows validationObjective;
  private long exchangeNanos;

  /** What the members of a process share in a round. */
  private record Board(Weights weights, Batch batch, float[] gradientX) {}

  /** The embeddings of a batch. */
  private record Batch(float[] x, float[] y, float[] lengths) implements MicroBatch.Target {
    static Batch of(BatchPlan plan, int dimension) {
      int size = Math.multiplyExact(plan.batch(), dimension);
      return new Batch(new float[size], new float[size], new float[2 * plan.partitions()]);
    }
  }

  /** The norms of both sides, by which inner products are divided. */
  private record Norms(double x, double y) {
    double product() {
      return x * y;
    }
  }

  public Trainer(TrainerSpec spec) {
    this.spec = spec;
    towers = spec.towers();
    settings = spec.settings();
    plan = spec.plan();
    exchanges = objective(0).exchanges(plan.batch());
    for (Exchange exchange : exchanges) {
      exchanged.add(
          new Runs(exchange.maxima() ? Reduction.MAXIMUM : Reduction.SUM, exchange.numbers()));
    }
    partnerGradients = new Runs(Reduction.SUM, plan.batch() * towers.dimension() + SCALARS);
    gradients = new Runs(Reduction.SUM, towers.parameterCount());
  }

  /**
   * Does the steps of a round.
   *
   * @param pairs the own partitions
   * @param start what to begin with; not written to
   */
  public RoundResult run(
      List<PairPartition> pairs, RoundState state, Weights start, Collective collective) {
    long begin = System.nanoTime();
    exchangeNanos = 0;
    Board board =
        collective.shared(
            () ->
                new Board(
                    start.copy(),
                    Batch.of(plan, towers.dimension()),
                    new float[plan.batch() * towers.dimension()]));
    Collective forLoss = forLoss(collective);
    Temperature temperature = new Temperature(spec.temperature(), state.temperature());
    double[] losses = new double[state.steps()];
    double[] temperatureGradients = new double[state.steps()];
    double[] biasGradients = new double[state.steps()];
    for (int i = 0; i < state.steps(); i++) {
      long step = state.firstStep() + i;
      Told told = step(pairs, step, temperature.state(), board, collective, forLoss);
      losses[i] = told.loss;
      temperatureGradients[i] = told.temperatureGradient;
      biasGradients[i] = told.biasGradient;
      if (spec.temperature().stepsOnWorkers()) {
        temperature.step(told.temperatureGradient, told.biasGradient, spec.learningRateShare(step));
      }
    }
    return new RoundResult(
        1,
        board.weights,
        new RoundResult.Steps(losses, temperatureGradients, biasGradients),
        temperature.state(),
        "",
        (System.nanoTime() - begin - exchangeNanos) * 1e-9);
  }

  private Collective forLoss(Collective collective) {
    return plan.batch() <= ALONE ? collective.ofProcess() : collective;
  }

  /** L, ∂L/∂log τ and ∂L/∂b of a step. */
  private record Told(float loss, float temperatureGradient, float biasGradient) {}

  private Told step(
      List<PairPartition> pairs,
      long step,
      Temperature.State scalars,
      Board board,
      Collective collective,
      Collective forLoss) {
    float[] parameters = board.weights.parameters();
    int from = collective.from();
    int own = pairs.size();
    int[] starts = starts(step);
    Norms norms = embed(pairs, step, parameters, board.batch, starts, collective);
    float temperature = (float) ((float) scalars.value() * norms.product());
    float bias = (float) scalars.bias().value();
    float[] x = board.batch.x;
    float[] y = board.batch.y;

    for (int p = forLoss.from(); p < forLoss.to(); p++) {
      objective(p - forLoss.from()).begin(x, y, starts[p], starts[p + 1] - starts[p], plan.batch());
    }
    float[][] merged = merged(temperature, bias, forLoss);

    partnerGradients.clear();
    int size = plan.batch() * towers.dimension();
    for (int p = forLoss.from(); p < forLoss.to(); p++) {
      BatchRows rows = objective(p - forLoss.from());
      float[] part = partnerGradients.next();
      part[size] = (float) rows.loss(temperature, bias, merged);
      part[size + TEMPERATURE] =
          (float) rows.gradients(x, y, temperature, bias, merged, board.gradientX, part);
      part[size + BIAS] = (float) rows.biasGradient();
      partnerGradients.add(p, part);
    }
    float[] gradientY = timed(() -> forLoss.reduce(partnerGradients));
    float loss = gradientY[size];
    float temperatureGradient = gradientY[size + TEMPERATURE];

    gradients.clear();
    double perRow = (double) temperatureGradient / Math.max(plan.sample(), 1);
    for (int k = 0; k < own; k++) {
      MicroBatch microBatch = microBatch(k, own);
      int first = starts[from + k];
      if (!keepsActivations(own)) {
        microBatch.embed(pairs.get(k), from + k, step, parameters, board.batch, first);
      }
      float[] gradient = gradients.next();
      microBatch.backward(
          board.batch,
          first,
          board.gradientX,
          perRow / norms.x,
          gradientY,
          perRow / norms.y,
          parameters,
          gradient);
      gradients.add(from + k, gradient);
    }
    float[] gradient = timed(() -> collective.reduce(gradients));
    Part part = collective.part(parameters.length);
    Optimizer.step(spec, board.weights, gradient, step, part.from(), part.to());
    timed(
        () -> {
          collective.await();
          return null;
        });
    return new Told(loss, temperatureGradient, gradientY[size + BIAS]);
  }

  /** What the objective's instances have to know of each other. */
  private float[][] merged(float temperature, float bias, Collective forLoss) {
    float[][] merged = new float[exchanges.size()][];
    int from = forLoss.from();
    int to = forLoss.to();
    for (int e = 0; e < merged.length; e++) {
      Runs runs = exchanged.get(e);
      runs.clear();
      if (exchanges.get(e).maxima()) {
        float[] maxima = runs.next();
        Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
        for (int p = from; p < to; p++) {
          objective(p - from).tell(e, temperature, bias, merged, maxima);
        }
        runs.add(from, to, maxima);
      } else {
        for (int p = from; p < to; p++) {
          float[] sums = runs.next();
          objective(p - from).tell(e, temperature, bias, merged, sums);
          runs.add(p, sums);
        }
      }
      merged[e] = timed(() -> forLoss.reduce(runs));
    }
    return merged;
  }

  /** Embeds the own rows of a step's batch, and takes in those of the others. */
  private Norms embed(
      List<PairPartition> pairs,
      long step,
      float[] parameters,
      Batch batch,
      int[] starts,
      Collective collective) {
    int from = collective.from();
    for (int k = 0; k < pairs.size(); k++) {
      microBatch(k, pairs.size())
          .embed(pairs.get(k), from + k, step, parameters, batch, starts[from + k]);
    }
    int[] floats = IntStream.of(starts).map(start -> start * towers.dimension()).toArray();
    int[] ofX = IntStream.rangeClosed(0, plan.partitions()).toArray();
    int[] ofY = IntStream.of(ofX).map(start -> start + plan.partitions()).toArray();
    timed(
        () -> {
          collective.gather(
              List.of(
                  new Rows(batch.x, floats),
                  new Rows(batch.y, floats),
                  new Rows(batch.lengths, ofX),
                  new Rows(batch.lengths, ofY)));
          return null;
        });
    return norms(batch.lengths, plan.sample());
  }

  private Norms norms(float[] lengths, int sample) {
    return new Norms(
        towers.similarity().norm(sum(lengths, 0, lengths.length / 2), sample),
        towers.similarity().norm(sum(lengths, lengths.length / 2, lengths.length), sample));
  }

  private static double sum(float[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum;
  }

  private <T> T timed(Supplier<T> exchange) {
    long begin = System.nanoTime();
    T result = exchange.get();
    exchangeNanos += System.nanoTime() - begin;
    return result;
  }

  /** Where in a step's batch each partition's rows begin; and after the last, where it ends. */
  private int[] starts(long step) {
    int[] starts = new int[plan.partitions() + 1];
    for (int p = 0; p < plan.partitions(); p++) {
      starts[p + 1] = starts[p] + plan.rows(step, p);
    }
    return starts;
  }

  private boolean keepsActivations(int own) {
    return own == 1
        || ((long) own * plan.mostRows() <= KEPT_ROWS
            && !towers.x().kernelHoldsParameters()
            && !towers.y().kernelHoldsParameters());
  }

  private MicroBatch microBatch(int k, int own) {
    int index = keepsActivations(own) ? k : 0;
    while (microBatches.size() <= index) {
      microBatches.add(new MicroBatch(spec));
    }
    return microBatches.get(index);
  }

  private BatchRows objective(int k) {
    while (objectives.size() <= k) {
      objectives.add(settings.objective().rows(plan.mostRows(), plan.batch(), towers.dimension()));
    }
    return objectives.get(k);
  }

  /** The latest batches of a round, embedded by its last parameters. */
  public LatestBatches latest(
      List<PairPartition> pairs, RoundState state, float[] parameters, Collective collective) {
    int count = Math.min(CURVE_BATCHES, state.steps());
    List<Batch> batches =
        collective.shared(
            () ->
                IntStream.range(0, count)
                    .mapToObj(b -> Batch.of(plan, towers.dimension()))
                    .toList());
    List<Norms> norms = new ArrayList<>();
    long first = state.firstStep() + state.steps() - count;
    for (int b = 0; b < count; b++) {
      int[] starts = starts(first + b);
      norms.add(embed(pairs, first + b, parameters, batches.get(b), starts, collective));
    }
    return new LatestBatches(first, batches, norms);
  }

  /** Embedded batches, and the step of the first of them. */
  public record LatestBatches(long firstStep, List<Batch> batches, List<Norms> norms) {}

  /** L and its derivatives with respect to 1/τ over some batches. */
  public Curve curve(LatestBatches latest, double inverse, Collective collective) {
    Collective forLoss = forLoss(collective);
    Runs curves = new Runs(Reduction.SUM, 3);
    for (int p = forLoss.from(); p < forLoss.to(); p++) {
      BatchRows rows = objective(p - forLoss.from());
      List<Curve> parts = new ArrayList<>();
      for (int b = 0; b < latest.batches.size(); b++) {
        int[] starts = starts(latest.firstStep + b);
        Batch batch = latest.batches.get(b);
        double factor = 1 / latest.norms.get(b).product();
        parts.add(
            rows.curve(
                    batch.x,
                    batch.y,
                    starts[p],
                    starts[p + 1] - starts[p],
                    plan.batch(),
                    inverse * factor)
                .ofMultiple(factor));
      }
      Curve mean = Curve.mean(parts);
      float[] numbers = curves.next();
      numbers[0] = (float) mean.loss();
      numbers[1] = (float) mean.slope();
      numbers[2] = (float) mean.curvature();
      curves.add(p, numbers);
    }
    float[] sum = forLoss.reduce(curves);
    return new Curve(sum[0], sum[1], sum[2]);
  }

  /** Loss and retrieval of a partition's pairs in batches, nothing drawn and nothing changed. */
  ValidationLoss.Part validationLoss(
      PairPartition pairs, float[] parameters, Temperature.State scalars) {
    int batch = Math.min(settings.validationBatch(), pairs.size());
    int batches = pairs.size() / batch;
    if (validationObjective == null) {
      int most = settings.validationBatch();
      validationObjective = settings.objective().rows(most, most, towers.dimension());
    }
    int sample = plan.sample();
    float bias = (float) scalars.bias().value();
    float[] x = new float[batch * towers.dimension()];
    float[] y = new float[batch * towers.dimension()];
    int[] rows = new int[batch + sample];
    double loss = 0;
    long firsts = 0;
    for (int b = 0; b < batches; b++) {
      for (int i = 0; i < rows.length; i++) {
        rows[i] = pairs.from() + (b * batch + i) % pairs.size();
      }
      Norms norms = embedAll(pairs, rows, batch, parameters, x, y);
      validationObjective.begin(x, y, 0, batch, batch);
      firsts += validationObjective.firsts();
      float temperature = (float) ((float) scalars.value() * norms.product());
      float[][] merged = whole(validationObjective, batch, temperature, bias);
      loss += validationObjective.loss(temperature, bias, merged);
    }
    return new ValidationLoss.Part(loss, batches, firsts, (long) batches * batch);
  }

  /** The exchanges of an instance that has all rows. */
  private static float[][] whole(BatchRows rows, int batch, float temperature, float bias) {
    List<Exchange> exchanges = rows.exchanges(batch);
    float[][] merged = new float[exchanges.size()][];
    for (int e = 0; e < merged.length; e++) {
      merged[e] = new float[exchanges.get(e).numbers()];
      Arrays.fill(merged[e], Float.NEGATIVE_INFINITY);
      rows.tell(e, temperature, bias, merged, merged[e]);
    }
    return merged;
  }

  /** Embeds the first rows, and takes the norms of those that follow. */
  private Norms embedAll(
      PairPartition pairs, int[] rows, int batch, float[] parameters, float[] x, float[] y) {
    MicroBatch microBatch = microBatch(0, 1);
    float[] lengths = new float[2];
    double[] sums = new double[2];
    Batch target = new Batch(x, y, lengths);
    int room = microBatch.capacity();
    for (int first = 0; first < rows.length; ) {
      boolean paired = first < batch;
      int count = Math.min(room, (paired ? batch : rows.length) - first);
      Arrays.fill(lengths, 0);
      microBatch.embed(
          pairs,
          rows,
          first,
          paired ? count : 0,
          paired ? 0 : count,
          parameters,
          target,
          paired ? first : 0);
      sums[0] += lengths[0];
      sums[1] += lengths[1];
      first += count;
    }
    return new Norms(
        towers.similarity().norm(sums[0], plan.sample()),
        towers.similarity().norm(sums[1], plan.sample()));
  }
}
