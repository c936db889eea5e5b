// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.settings;

import dev.fathom.contrastive.Objective;
import dev.fathom.error.FathomException;
import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.Map;

/**
 * The {@code training} keys of the configuration.
 *
 * @param mode how the workers share the work
 * @param objective the loss
 * @param epochs passes over the training pairs
 * @param batchSize number of pairs in a step of the whole job
 * @param redrawBatches whether every epoch draws new batches; if not, all epochs use those of the
 *     first
 * @param populationHeldOut number of pairs that are in no batch; the norm of {@code
 *     population-norm} is taken over them
 * @param weightDecay L2 penalty on the encoders' parameters, decoupled from the gradient under
 *     {@code adamw}
 * @param gradientClip largest norm of a step's gradient, 0 for no limit
 * @param averagingPeriod number of local steps in a round
 * @param moments whether averaging workers also average the optimiser's moments, or each keeps its
 *     own
 * @param outerMomentum momentum of the averaged change, from 0 (plain averaging) to below 1
 * @param validations number of times in the training that the validation loss is computed, at ends
 *     of epochs
 * @param keep which parameters the model gets
 * @param earlyStopping number of validations without a better loss after which training ends, 0 for
 *     never
 * @param workers the largest number of workers with a global batch; with averaging, the number of
 *     parts that the pairs are trained in; 0 stands for as many as the batch allows
 * @param checkpointEvery number of rounds between checkpoints
 * @param seed seed of every random choice
 */
public record TrainingSettings(
    TrainingMode mode,
    Objective objective,
    int epochs,
    int batchSize,
    boolean redrawBatches,
    int populationHeldOut,
    Algorithm optimizer,
    LearningRate learningRate,
    double weightDecay,
    double gradientClip,
    AveragingPeriod averagingPeriod,
    MomentsOf moments,
    double outerMomentum,
    int validations,
    Keep keep,
    int earlyStopping,
    int workers,
    int checkpointEvery,
    long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Smallest sensible number of optimiser steps; with fewer a model has learned little
   * (docs/results.md says how little).
   */
  public static final int FEWEST_STEPS = 100;

  /**
   * Largest number of pairs in a validation batch. The loss holds a matrix with the square of this
   * number of entries.
   */
  private static final int LARGEST_VALIDATION_BATCH = 2048;

  private static final int LARGEST_VALIDATION_SPREAD = 256;

  /** The optimiser's rule. */
  public enum Algorithm {
    /** Adam, with the L2 penalty in the gradient. */
    ADAM,
    /** Adam, with weight decay apart from the gradient. */
    ADAMW,
    /** Plain stochastic gradient descent. */
    SGD
  }

  /** Whether workers share the optimiser's moments. */
  public enum MomentsOf {
    /** The moments are averaged like the parameters. */
    AVERAGED,
    /** Each worker keeps its own moments. */
    LOCAL
  }

  /** Which parameters the model gets. */
  public enum Keep {
    /** The parameters after the last round. */
    LAST,
    /** The parameters with the lowest validation loss. */
    BEST
  }

  /** Reads and checks the keys. */
  public static TrainingSettings of(Settings settings) {
    TrainingMode mode = TrainingMode.of(settings);
    TrainingSettings read =
        new TrainingSettings(
            mode,
            settings.choice("training.objective", Objective.class),
            settings.integer("training.epochs", 1, 1_000_000),
            settings.integer("training.batchSize", 2, 32_768),
            settings.flag("training.redrawBatches"),
            settings.integer("training.populationHeldOut", 0, 1_000_000),
            settings.choice("training.optimizer", Algorithm.class),
            LearningRate.of(settings),
            settings.number("training.weightDecay", 0, 100),
            settings.number("training.gradientClip", 0, Double.MAX_VALUE),
            AveragingPeriod.of(settings),
            settings.choice("training.moments", MomentsOf.class),
            settings.number("training.outerMomentum", 0, 0.999),
            settings.integer("training.validations", 0, Integer.MAX_VALUE),
            settings.choice("training.keep", Keep.class),
            settings.integer("training.earlyStopping", 0, Integer.MAX_VALUE),
            settings.integer("training.workers", 0, 100_000),
            settings.integer("training.checkpointEvery", 1, Integer.MAX_VALUE),
            settings.wholeNumber("training.seed"));
    if (mode == TrainingMode.GLOBAL_BATCH) {
      read.requireNothingOfAveraging();
    }
    return read;
  }

  private void requireNothingOfAveraging() {
    Map<String, Boolean> set =
        Map.of(
            "averagingPeriod",
            !averagingPeriod.isAuto(),
            "moments",
            localMoments(),
            "outerMomentum",
            outerMomentum > 0);
    set.forEach(
        (key, given) -> {
          if (given) {
            throw FathomException.usage(
                "training.%s belongs to training.mode = %s; under %s nothing is averaged",
                key, TrainingMode.PARAMETER_AVERAGING, TrainingMode.GLOBAL_BATCH);
          }
        });
  }

  /**
   * The number of partitions of the pairs, which is also the largest number of workers with work to
   * do.
   */
  public int partitions(long pairs) {
    return mode.partitions((int) Math.min(batchSize, pairs), workers);
  }

  /** Whether averaging workers get so few pairs of a batch that retrieval suffers. */
  public boolean isThin(int partitions) {
    return mode == TrainingMode.PARAMETER_AVERAGING
        && partitions > 1
        && batchSize / partitions < TrainingMode.FEWEST_PAIRS;
  }

  /** Approximate number of steps of a training on this many pairs. */
  public long steps(long pairs) {
    return epochs * Math.max(1, pairs / batchSize);
  }

  /**
   * The number of partitions of the validation pairs. Each partition holds at least one whole
   * batch, provided that there are pairs enough for one.
   */
  public int validationPartitions(long pairs) {
    return (int) Math.max(1, Math.min(pairs / validationBatch(), LARGEST_VALIDATION_SPREAD));
  }

  /** The number of pairs in a validation batch, provided that there are as many. */
  public int validationBatch() {
    return Math.min(batchSize, LARGEST_VALIDATION_BATCH);
  }

  public boolean localMoments() {
    return moments == MomentsOf.LOCAL;
  }

  public boolean keepsBest() {
    return keep == Keep.BEST;
  }

  /** The number of epochs from one validation to the next. */
  public int epochsBetweenValidations() {
    return Math.max(1, Math.round((float) epochs / Math.max(validations, 1)));
  }
}
