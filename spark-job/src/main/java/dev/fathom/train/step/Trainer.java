// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.collective.Collective;
import dev.fathom.collective.Collective.Span;
import dev.fathom.contrastive.Curve;
import dev.fathom.contrastive.Logits;
import dev.fathom.model.Towers;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.step.Embeddings.Norms;
import dev.fathom.train.step.MicroBatch.SideGradient;
import dev.fathom.train.step.MicroBatches.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A worker's memory and arithmetic. It does the steps of a round for some partitions of each batch,
 * and exchanges embeddings and gradients with the other members of a collective. A round is a pure
 * function of its initial state and the pairs: a task that Spark runs again gives the same bits,
 * and so does any number of members.
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

  /** Number of a round's batches that the loss as a function of the temperature is taken over. */
  private static final int CURVE_BATCHES = 4;

  private final TrainerSpec spec;
  private final Towers towers;
  private final BatchPlan plan;
  private final MicroBatches microBatches;
  private final BatchLoss loss;
  private Validation validation;

  /** The data that the members of a process share in a round. */
  private record Board(Weights weights, Embeddings batch, float[] gradientX) {}

  public Trainer(TrainerSpec spec) {
    this.spec = spec;
    towers = spec.towers();
    plan = spec.plan();
    microBatches = new MicroBatches(spec);
    loss = new BatchLoss(spec);
  }

  /**
   * Runs the steps of a round.
   *
   * @param pairs the member's own partitions
   * @param start initial weights; not written to
   */
  public RoundResult run(
      List<PairPartition> pairs, RoundState state, Weights start, Collective collective) {
    long begin = System.nanoTime();
    TimedCollective timed = new TimedCollective(collective);
    Board board =
        timed.shared(
            () ->
                new Board(
                    start.copy(),
                    Embeddings.of(plan, towers.dimension()),
                    new float[plan.batch() * towers.dimension()]));
    Collective forLoss = loss.members(timed);
    Temperature temperature = new Temperature(spec.temperature(), state.temperature());
    double[] losses = new double[state.steps()];
    double[] temperatureGradients = new double[state.steps()];
    double[] biasGradients = new double[state.steps()];
    for (int i = 0; i < state.steps(); i++) {
      long number = state.firstStep() + i;
      Step step = Step.of(number, plan);
      BatchLoss.Gradients told = step(pairs, step, temperature.state(), board, timed, forLoss);
      losses[i] = told.loss();
      temperatureGradients[i] = told.temperatureGradient();
      biasGradients[i] = told.biasGradient();
      if (spec.temperature().stepsOnWorkers()) {
        temperature.step(
            told.temperatureGradient(), told.biasGradient(), spec.learningRateShare(number));
      }
    }
    return new RoundResult(
        1,
        board.weights,
        new RoundResult.Steps(losses, temperatureGradients, biasGradients),
        temperature.state(),
        "",
        (System.nanoTime() - begin - timed.nanos()) * 1e-9);
  }

  private BatchLoss.Gradients step(
      List<PairPartition> pairs,
      Step step,
      Temperature.State scalars,
      Board board,
      Collective collective,
      Collective forLoss) {
    float[] parameters = board.weights.parameters();
    Embeddings batch = board.batch;
    Norms norms = microBatches.embed(pairs, step, parameters, batch, collective);
    Logits logits = norms.logits(scalars);
    BatchLoss.Gradients told = loss.gradients(batch, step, logits, board.gradientX, forLoss);
    double perRow = (double) told.temperatureGradient() / Math.max(plan.sample(), 1);
    float[] gradient =
        microBatches.backward(
            pairs,
            step,
            parameters,
            batch,
            new SideGradient(board.gradientX, perRow / norms.x()),
            new SideGradient(told.gradientY(), perRow / norms.y()),
            collective);
    Span part = collective.part(parameters.length);
    Optimizer.step(spec, board.weights, gradient, step.number(), part.from(), part.to());
    collective.await();
    return told;
  }

  /** Embeds the latest batches of a round with its last parameters. */
  public LatestBatches latest(
      List<PairPartition> pairs, RoundState state, float[] parameters, Collective collective) {
    int count = Math.min(CURVE_BATCHES, state.steps());
    List<Embeddings> batches =
        collective.shared(
            () ->
                IntStream.range(0, count)
                    .mapToObj(b -> Embeddings.of(plan, towers.dimension()))
                    .toList());
    long end = state.firstStep() + state.steps();
    List<Step> steps =
        LongStream.range(end - count, end).mapToObj(step -> Step.of(step, plan)).toList();
    List<Norms> norms = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      norms.add(microBatches.embed(pairs, steps.get(b), parameters, batches.get(b), collective));
    }
    return new LatestBatches(steps, batches, norms);
  }

  /** The latest batches of a round, embedded. */
  public record LatestBatches(List<Step> steps, List<Embeddings> batches, List<Norms> norms) {}

  /** L and its derivatives with respect to 1/τ over some batches. */
  public Curve curve(LatestBatches latest, double inverse, Collective collective) {
    return loss.curve(latest, inverse, collective);
  }

  /**
   * Computes the loss and retrieval of a partition's pairs in batches. It makes no random draw and
   * changes no state.
   */
  public ValidationLoss.Sums validationLoss(
      PairPartition pairs, float[] parameters, Temperature.State scalars) {
    if (pairs.size() < 2) {
      return ValidationLoss.Sums.NONE;
    }
    if (validation == null) {
      validation = new Validation(spec);
    }
    return validation.loss(pairs, parameters, scalars, microBatches.any());
  }
}
