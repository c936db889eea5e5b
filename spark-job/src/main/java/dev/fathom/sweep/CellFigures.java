// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.Metric;
import java.util.Map;

/** The metrics of a measurement of two sides. */
final class CellFigures {
  private static final Side X =
      new Side(
          Metric.MLE_X,
          Metric.MLE_POINTWISE_MEAN_X,
          Metric.TWO_NN_X,
          Metric.PLATEAU_X,
          Metric.DIMENSION_X);
  private static final Side Y =
      new Side(
          Metric.MLE_Y,
          Metric.MLE_POINTWISE_MEAN_Y,
          Metric.TWO_NN_Y,
          Metric.PLATEAU_Y,
          Metric.DIMENSION_Y);

  private record Side(
      Metric mle, Metric mlePointwiseMean, Metric twoNN, Metric plateau, Metric dimension) {}

  private CellFigures() {}

  /** Adds the metrics that the measurement provides. */
  static void add(Map<Metric, Double> figures, MeasureResult result) {
    addSide(figures, X, result.x());
    addSide(figures, Y, result.y().orElseThrow());
    result
        .shared()
        .ifPresent(
            shared -> {
              figures.put(Metric.SHARED_DIMENSION, shared.estimate());
              figures.put(Metric.SHARED_DIMENSION_LOW, shared.low());
              figures.put(Metric.SHARED_DIMENSION_HIGH, shared.high());
            });
    addRetrieval(figures, result.retrieval().orElseThrow());
  }

  private static void addSide(Map<Metric, Double> figures, Side side, DimensionResult result) {
    if (result instanceof DimensionResult.Measured measured) {
      figures.put(side.mle, measured.mle().estimate());
      measured
          .mlePointwiseMean()
          .ifPresent(mean -> figures.put(side.mlePointwiseMean, mean.estimate()));
      figures.put(side.twoNN, measured.twoNN().estimate());
      figures.put(side.plateau, measured.plateau().estimate());
      figures.put(side.dimension, measured.dimension().estimate());
    }
  }

  private static void addRetrieval(Map<Metric, Double> figures, Retrieval retrieval) {
    figures.put(Metric.RECALL_AT_1_X_TO_Y, retrieval.xToY().recallAt1());
    figures.put(Metric.RECALL_AT_1_Y_TO_X, retrieval.yToX().recallAt1());
    figures.put(Metric.RECALL_AT_10_X_TO_Y, retrieval.xToY().recallAt10());
    figures.put(Metric.RECALL_AT_10_Y_TO_X, retrieval.yToX().recallAt10());
    figures.put(Metric.TOP_SHARE, retrieval.topShare());
    figures.put(Metric.CHANCE, retrieval.chance().pValue());
    retrieval
        .labelMatch()
        .ifPresent(
            match -> {
              figures.put(Metric.LABEL_MATCH_X_TO_Y, match.xToY());
              figures.put(Metric.LABEL_MATCH_Y_TO_X, match.yToX());
            });
  }
}
