// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;

/**
 * A number by which runs are compared. Scripts read it in {@code report.json} and in the table of a
 * sweep by its {@link #path}, so the paths must not change.
 */
public enum Metric {
  STEPS("training.steps", "steps", Better.NEITHER),
  TEMPERATURE("temperature.final", "temperature", Better.NEITHER),
  TRAINING_LOSS("loss.train", "training loss", Better.LOWER),
  VALIDATION_LOSS("loss.validation", "validation loss", Better.LOWER),
  PAIRS_PER_SECOND("throughput.trainPairsPerSecond", "pairs a second", Better.HIGHER),

  /** The mean recall of both directions; only a sweep's cells have it. */
  VALIDATION_RECALL("retrieval.validation", "recall@1 on the validation pairs", Better.HIGHER),

  MLE_X("intrinsicDimension.x.mle.estimate", "Levina–Bickel x", Better.NEITHER),
  MLE_POINTWISE_MEAN_X(
      "intrinsicDimension.x.mlePointwiseMean.estimate",
      "Levina–Bickel x, pointwise mean",
      Better.NEITHER),
  TWO_NN_X("intrinsicDimension.x.twoNN.estimate", "TwoNN x", Better.NEITHER),
  PLATEAU_X("intrinsicDimension.x.plateau.estimate", "plateau of x", Better.NEITHER),
  DIMENSION_X("intrinsicDimension.x.dimension.estimate", "dimension of x", Better.NEITHER),
  MLE_Y("intrinsicDimension.y.mle.estimate", "Levina–Bickel y", Better.NEITHER),
  MLE_POINTWISE_MEAN_Y(
      "intrinsicDimension.y.mlePointwiseMean.estimate",
      "Levina–Bickel y, pointwise mean",
      Better.NEITHER),
  TWO_NN_Y("intrinsicDimension.y.twoNN.estimate", "TwoNN y", Better.NEITHER),
  PLATEAU_Y("intrinsicDimension.y.plateau.estimate", "plateau of y", Better.NEITHER),
  DIMENSION_Y("intrinsicDimension.y.dimension.estimate", "dimension of y", Better.NEITHER),

  SHARED_DIMENSION("intrinsicDimension.shared.estimate", "shared dimension", Better.NEITHER),
  SHARED_DIMENSION_LOW(
      "intrinsicDimension.shared.low", "shared dimension at least", Better.NEITHER),
  SHARED_DIMENSION_HIGH(
      "intrinsicDimension.shared.high", "shared dimension at most", Better.NEITHER),

  RECALL_AT_1_X_TO_Y("retrieval.xToY.recallAt1", "recall@1, x to y", Better.HIGHER),
  RECALL_AT_1_Y_TO_X("retrieval.yToX.recallAt1", "recall@1, y to x", Better.HIGHER),
  RECALL_AT_10_X_TO_Y("retrieval.xToY.recallAt10", "recall@10, x to y", Better.HIGHER),
  RECALL_AT_10_Y_TO_X("retrieval.yToX.recallAt10", "recall@10, y to x", Better.HIGHER),
  TOP_SHARE("retrieval.topShare", "among the top 0.5 %", Better.HIGHER),
  CHANCE("retrieval.chance.pValue", "p-value of chance", Better.LOWER),
  LABEL_MATCH_X_TO_Y("retrieval.labelMatch.xToY", "label match, x to y", Better.HIGHER),
  LABEL_MATCH_Y_TO_X("retrieval.labelMatch.yToX", "label match, y to x", Better.HIGHER);

  private enum Better {
    HIGHER,
    LOWER,
    NEITHER
  }

  private final String path;
  private final String label;
  private final Better better;

  Metric(String path, String label, Better better) {
    this.path = path;
    this.label = label;
    this.better = better;
  }

  /** The path of the number in {@code report.json}: the names of the fields, joined by dots. */
  @JsonValue
  public String path() {
    return path;
  }

  /** The metric's name for display. */
  public String label() {
    return label;
  }

  /** Reads the metric from a report; empty if the report does not have it. */
  public OptionalDouble in(JsonNode report) {
    JsonNode value = report.at("/" + path.replace('.', '/'));
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
  }

  /** How much worse the metric has become; the absolute change if neither direction is better. */
  public double worsening(double before, double after) {
    return switch (better) {
      case HIGHER -> before - after;
      case LOWER -> after - before;
      case NEITHER -> Math.abs(after - before);
    };
  }
}
