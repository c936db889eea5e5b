// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.intrinsic.IntrinsicDimension;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.measure.EmbeddedPairs;
import dev.fathom.measure.InMemoryMeasure;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.measure.Metric;
import dev.fathom.model.SimilarityKind;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Trains, embeds and measures a cell in one thread. The result is a pure function of the pairs and
 * the cell.
 *
 * @param start initial parameters, as only the driver knows those of a saved graph
 * @param similarity similarity that the towers are trained with
 */
record CellTask(
    Cell cell,
    Towers towers,
    float[] start,
    SimilarityKind similarity,
    TrainingSettings training,
    TemperatureSettings temperature,
    MeasureSettings measure)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Number of times in a training that the dimension is measured for the trace, in the first repeat
   * only.
   */
  private static final int TRACED_DIMENSIONS = 20;

  /**
   * Runs the cell. A failure of the cell is a result and not an exception, as the other cells must
   * go on.
   */
  CellResult run(SweepData data) {
    long begin = System.nanoTime();
    try {
      return measured(data, begin);
    } catch (FathomException e) {
      return new CellResult.Failed(cell, seconds(begin), e.exitCode(), e.getMessage());
    } catch (RuntimeException | OutOfMemoryError e) {
      return new CellResult.Failed(cell, seconds(begin), ExitCode.FAILURE, e.toString());
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
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.STEPS, (double) trained.steps());
    figures.put(Metric.TEMPERATURE, trained.temperature());
    figures.put(Metric.TRAINING_LOSS, trained.trainLoss());
    trained.validationLoss().ifPresent(loss -> figures.put(Metric.VALIDATION_LOSS, loss));
    figures.put(Metric.PAIRS_PER_SECOND, trained.pairsPerSecond());
    if (data.measuredValidation().size() > 1) {
      Retrieval retrieval =
          embed(trained.model(), data.measuredValidation()).retrieval(cell.seed());
      figures.put(Metric.VALIDATION_RECALL, recallAt1(retrieval));
    }
    EmbeddedPairs test =
        EmbeddedPairs.of(
            trained.model().embedX(data.test().x()),
            trained.model().embedY(data.test().y()),
            towers.dimension(),
            data.testLabels(),
            data.test().items());
    MeasureResult result = InMemoryMeasure.of(test, data.origin(similarity), measure);
    CellFigures.add(figures, result);
    return new CellResult.Measured(
        cell, seconds(begin), figures, trace, SimilarityHistogram.of(test.paired()));
  }

  private void trace(
      RoundReport report,
      Supplier<TrainedModel> model,
      PairPartition validation,
      List<TracePoint> trace) {
    if (report.valLoss().isEmpty()) {
      return;
    }
    double dimensionX = Double.NaN;
    double dimensionY = Double.NaN;
    double last =
        trace.stream()
            .filter(point -> !Double.isNaN(point.dimensionX()))
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
            report.valLoss().getAsDouble(),
            report.temperature(),
            dimensionX,
            dimensionY));
  }

  private double mle(float[] values) {
    Points points = Points.of(values, values.length / towers.dimension(), towers.dimension());
    return IntrinsicDimension.levinaBickel(points, measure.intrinsic()).orElse(Double.NaN);
  }

  private EmbeddedPairs embed(TrainedModel model, PairPartition pairs) {
    return EmbeddedPairs.of(
        model.embedX(pairs.x()),
        model.embedY(pairs.y()),
        towers.dimension(),
        Collections.nCopies(pairs.size(), ""),
        pairs.items());
  }

  private static double recallAt1(Retrieval retrieval) {
    return (retrieval.xToY().recallAt1() + retrieval.yToX().recallAt1()) / 2;
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) * 1e-9;
  }
}
