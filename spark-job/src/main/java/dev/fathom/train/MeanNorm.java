// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.Encoder;
import dev.fathom.model.Towers;
import dev.fathom.model.TrainedModel;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.WorkerTask;
import dev.fathom.train.workers.Workers;

/**
 * A partition's part of the population norm of a finished model: the mean length of an encoder's
 * outputs for the partition's first pairs.
 *
 * @param ofX true for x's encoder, false for y's
 */
record MeanNorm(Towers towers, BroadcastValue<float[]> parameters, boolean ofX)
    implements WorkerTask<Double> {
  private static final long serialVersionUID = 1L;

  /** Largest number of a partition's rows that are used. */
  private static final int ROWS = 2048;

  /** Makes the finished model, with the population norms of its training pairs. */
  static TrainedModel finish(Towers towers, float[] parameters, Workers workers) {
    if (towers.similarity().sampleRows() == 0) {
      return new TrainedModel(towers, parameters, 1, 1);
    }
    workers.describe("train: population norms");
    BroadcastValue<float[]> weights = workers.broadcast(parameters, 4L * parameters.length);
    try {
      return new TrainedModel(
          towers,
          parameters,
          mean(workers, new MeanNorm(towers, weights, true)),
          mean(workers, new MeanNorm(towers, weights, false)));
    } finally {
      weights.destroy();
    }
  }

  private static float mean(Workers workers, MeanNorm task) {
    return (float)
        workers.each(task).stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  @Override
  public Double run(PairPartition pairs) {
    Encoder encoder = ofX ? towers.x() : towers.y();
    Column column = ofX ? pairs.x() : pairs.y();
    int rows = Math.min(ROWS, pairs.size());
    float[] outputs =
        TrainedModel.outputs(
            encoder, column, pairs.from(), rows, parameters.value(), ofX ? 0 : towers.yOffset());
    return (double) PopulationNorm.meanNorm(outputs, rows, encoder.dimension());
  }
}
