// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;

/** A worker's result as dl4j-spark passes it. */
record TrainedRound(RoundResult result) implements TrainingResult, Serializable {
  private static final long serialVersionUID = 1L;

  /** Fathom's result carries its own timings. */
  @Override
  public void setStats(SparkTrainingStats stats) {}
}
