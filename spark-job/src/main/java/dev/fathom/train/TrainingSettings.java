// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.common.FathomException;
import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * How training goes: the {@code training} keys of the configuration.
 *
 * @param mode how the workers share the work
 * @param epochs passes over the training pairs
 * @param batchSize pairs of a step of the whole job
 * @param redrawBatches whether every epoch draws the batches anew, or all go by the first one's
 * @param populationHeldOut pairs that are in no batch, for the norm of {@code population-norm} to
 *     be taken over
 * @param optimizer {@code adam}, {@code adamw} or {@code sgd}
 * @param learningRate at its highest
 * @param warmup share of the steps in which the learning rate rises
 * @param decay {@code cosine} or {@code none}
 * @param weightDecay L2 penalty on the encoders' parameters, decoupled from the gradient under
 *     {@code adamw}
 * @param gradientClip longest gradient of a step, 0 for any length
 * @param averagingPeriod local steps of a round
 * @param moments {@code averaged} with the parameters, or {@code local} to each worker
 * @param outerMomentum of the averaged change, from 0 (plain averaging) to below 1
 * @param validations how often in all the validation loss is taken, at the ends of epochs
 * @param keep {@code last}, or {@code best}: the parameters of the lowest validation loss
 * @param earlyStopping validations without a better loss after which training ends, 0 for never
 * @param workers at most so many at a time under a global batch; under averaging the parts that the
 *     pairs are trained in; 0 stands for as many as the batch allows
 * @param checkpointEvery rounds between checkpoints
 * @param seed of every random choice
 */
public record TrainingSettings(
    TrainingMode mode,
    int epochs,
    int batchSize,
    boolean redrawBatches,
    int populationHeldOut,
    String optimizer,
    double learningRate,
    double warmup,
    String decay,
    double weightDecay,
    double gradientClip,
    AveragingPeriod averagingPeriod,
    String moments,
    double outerMomentum,
    int validations,
    String keep,
    int earlyStopping,
    int workers,
    int checkpointEvery,
    long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Optimiser's steps in which a model has learned little (docs/results.md has how little). */
  public static final int FEWEST_STEPS = 100;

  private static final int LARGEST_VALIDATION_SPREAD = 256;
  static final String SGD = "sgd";
  static final String ADAMW = "adamw";
  private static final String COSINE = "cosine";
  private static final String LOCAL = "local";
  private static final String BEST = "best";

  /** Reads and checks the keys. */
  public static TrainingSettings of(Settings settings) {
    TrainingMode mode = TrainingMode.of(settings);
    TrainingSettings read =
        new TrainingSettings(
            mode,
            settings.integer("training.epochs", 1, 1_000_000),
            settings.integer("training.batchSize", 2, 32_768),
            settings.flag("training.redrawBatches"),
            settings.integer("training.populationHeldOut", 0, 1_000_000),
            settings.choice("training.optimizer", List.of("adam", ADAMW, SGD)),
            settings.number("training.learningRate", 0, 100),
            settings.number("training.warmup", 0, 1),
            settings.choice("training.decay", List.of(COSINE, "none")),
            settings.number("training.weightDecay", 0, 100),
            settings.number("training.gradientClip", 0, Double.MAX_VALUE),
            AveragingPeriod.of(settings),
            settings.choice("training.moments", List.of("averaged", LOCAL)),
            settings.number("training.outerMomentum", 0, 0.999),
            settings.integer("training.validations", 0, Integer.MAX_VALUE),
            settings.choice("training.keep", List.of(BEST, "last")),
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

  /** In how many partitions the pairs lie: the most workers that there is work for. */
  public int partitions(long pairs) {
    return mode.partitions((int) Math.min(batchSize, pairs), workers);
  }

  /** Whether workers that average have so few pairs of a batch that retrieval suffers. */
  boolean isThin(int partitions) {
    return mode == TrainingMode.PARAMETER_AVERAGING
        && partitions > 1
        && batchSize / partitions < TrainingMode.FEWEST_PAIRS;
  }

  /** Steps of a training on so many pairs, about. */
  long steps(long pairs) {
    return epochs * Math.max(1, pairs / batchSize);
  }

  /** In how many partitions validation pairs lie: each has a whole batch, if all together have. */
  int validationPartitions(long pairs) {
    return (int)
        Math.max(1, Math.min(pairs / Trainer.validationBatch(this), LARGEST_VALIDATION_SPREAD));
  }

  boolean localMoments() {
    return moments.equals(LOCAL);
  }

  boolean keepsBest() {
    return keep.equals(BEST);
  }

  /** Epochs from one validation to the next. */
  int epochsBetweenValidations() {
    return Math.max(1, Math.round((float) epochs / Math.max(validations, 1)));
  }

  /** The learning rate of a step. */
  double learningRate(long step, long totalSteps) {
    return learningRate * schedule(step, totalSteps);
  }

  /**
   * The share of the highest rate that a step takes: a linear rise, then half a cosine down to 0.
   * Near its floor the temperature makes the loss steep, and a rate that does not fall lets the
   * last epochs jump out of the minimum; so the temperature's own rate falls with it.
   */
  double schedule(long step, long totalSteps) {
    double warmupSteps = warmup * totalSteps;
    if (step < warmupSteps) {
      return (step + 1) / (warmupSteps + 1);
    }
    if (!decay.equals(COSINE)) {
      return 1;
    }
    return 0.5
        * (1 + Math.cos(Math.PI * (step - warmupSteps) / Math.max(totalSteps - warmupSteps, 1)));
  }
}
