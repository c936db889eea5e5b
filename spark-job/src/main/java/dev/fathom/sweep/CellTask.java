// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.IntrinsicDimension;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.measure.EmbeddedPairs;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.measure.Measurement;
import dev.fathom.model.Towers;
import dev.fathom.model.TrainedModel;
import dev.fathom.sweep.CellResult.TracePoint;
import dev.fathom.train.LocalTraining;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.progress.RoundReport;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Trains, embeds and measures a cell in one thread: a pure function of the pairs and the cell.
 *
 * @param start the parameters to begin with, which a saved graph knows on the driver alone
 */
record CellTask(
    Cell cell,
    Towers towers,
    float[] start,
    TrainingSettings training,
    TemperatureSettings temperature,
    MeasureSettings measure)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How often in a training the dimension is taken for the trace, by the first repeat alone. */
  private static final int TRACED_DIMENSIONS = 20;

  /** Never throws for what a cell did wrong: the others must go on. */
  CellResult run(SweepData data) {
    long begin = System.nanoTime();
    try {
      return measured(data, begin);
    } catch (FathomException e) {
      return CellResult.failed(cell, e.exitCode(), e.getMessage(), seconds(begin));
    } catch (RuntimeException | OutOfMemoryError e) {
      return CellResult.failed(cell, ExitCode.FAILURE, e.toString(), seconds(begin));
    }
  }

  private CellResult measured(SweepData data, long begin) {
    List<TracePoint> trace = new ArrayList<>();
    LocalTraining.Result trained =
        LocalTraining.train(
            towers,
            start,
            training,
            temperature,
            data.train(),
            data.validation(),
            (report, model) -> trace(report, model, data.measuredValidation(), trace));
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("training.steps", (double) trained.steps());
    figures.put("temperature.final", trained.temperature());
    figures.put("loss.train", trained.trainLoss());
    figures.put("loss.validation", trained.validationLoss());
    figures.put("throughput.trainPairsPerSecond", trained.pairsPerSecond());
    if (data.measuredValidation().size() > 1) {
      Retrieval retrieval =
          embed(trained.model(), data.measuredValidation()).retrieval(cell.seed());
      figures.put("retrieval.validation", recallAt1(retrieval));
    }
    EmbeddedPairs test =
        EmbeddedPairs.of(
            trained.model().embedX(data.test().x()),
            trained.model().embedY(data.test().y()),
            towers.dimension(),
            data.testLabels());
    MeasureResult result = Measurement.of(test, Optional.ofNullable(data.known()), measure);
    addTower(figures, "intrinsicDimension.x", result.x());
    addTower(figures, "intrinsicDimension.y", result.y().orElseThrow());
    result
        .shared()
        .ifPresent(
            shared -> {
              figures.put("intrinsicDimension.shared.estimate", shared.estimate());
              figures.put("intrinsicDimension.shared.low", shared.low());
              figures.put("intrinsicDimension.shared.high", shared.high());
            });
    Retrieval retrieval = result.retrieval().orElseThrow();
    figures.put("retrieval.xToY.recallAt1", retrieval.xToY().recallAt1());
    figures.put("retrieval.yToX.recallAt1", retrieval.yToX().recallAt1());
    figures.put("retrieval.xToY.recallAt10", retrieval.xToY().recallAt10());
    figures.put("retrieval.yToX.recallAt10", retrieval.yToX().recallAt10());
    figures.put("retrieval.topShare", retrieval.topShare());
    figures.put("retrieval.chance.pValue", retrieval.chance().pValue());
    retrieval
        .labelMatch()
        .ifPresent(
            match -> {
              figures.put("retrieval.labelMatch.xToY", match.xToY());
              figures.put("retrieval.labelMatch.yToX", match.yToX());
            });
    return new CellResult(
        cell, null, null, seconds(begin), figures, trace, SimilarityHistogram.of(test.paired()));
  }

  private static void addTower(Map<String, Double> figures, String path, DimensionResult result) {
    if (result instanceof DimensionResult.Measured measured) {
      figures.put(path + ".mle.estimate", measured.mle().estimate());
      measured
          .mlePointwiseMean()
          .ifPresent(mean -> figures.put(path + ".mlePointwiseMean.estimate", mean.estimate()));
      figures.put(path + ".twoNN.estimate", measured.twoNN().estimate());
      figures.put(path + ".plateau.estimate", measured.plateau().estimate());
      figures.put(path + ".dimension.estimate", measured.dimension().estimate());
    }
  }

  private void trace(
      RoundReport report,
      Supplier<TrainedModel> model,
      PairPartition validation,
      List<TracePoint> trace) {
    if (report.valLoss() == null) {
      return;
    }
    Double dimensionX = null;
    Double dimensionY = null;
    double last =
        trace.stream()
            .filter(point -> point.dimensionX() != null)
            .mapToDouble(TracePoint::epoch)
            .max()
            .orElse(0);
    if (cell.repeat() == 0
        && report.epoch() - last >= (double) training.epochs() / TRACED_DIMENSIONS) {
      EmbeddedPairs embedded = embed(model.get(), validation);
      dimensionX = mle(embedded.x());
      dimensionY = mle(embedded.y());
    }
    trace.add(
        new TracePoint(
            report.epoch(),
            report.loss(),
            report.valLoss(),
            report.temperature(),
            dimensionX,
            dimensionY));
  }

  private Double mle(float[] values) {
    Points points = Points.of(values, values.length / towers.dimension(), towers.dimension());
    OptionalDouble estimate = IntrinsicDimension.levinaBickel(points, measure.intrinsic());
    return estimate.isPresent() ? estimate.getAsDouble() : null;
  }

  private EmbeddedPairs embed(TrainedModel model, PairPartition pairs) {
    return EmbeddedPairs.of(
        model.embedX(pairs.x()),
        model.embedY(pairs.y()),
        towers.dimension(),
        Collections.nCopies(pairs.size(), null));
  }

  private static double recallAt1(Retrieval retrieval) {
    return (retrieval.xToY().recallAt1() + retrieval.yToX().recallAt1()) / 2;
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) * 1e-9;
  }
}
