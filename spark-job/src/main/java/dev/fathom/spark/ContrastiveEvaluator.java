// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.error.FathomException;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.SharedDimension;
import dev.fathom.measure.EmbeddedPairs;
import dev.fathom.measure.EmbeddingColumns;
import dev.fathom.measure.EmbeddingReader;
import dev.fathom.measure.Measure;
import dev.fathom.measure.MeasureSettings;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * Evaluates pairs of embeddings. The metrics {@code recallAt1}, {@code recallAt5} and {@code
 * recallAt10} are the means of both directions of retrieval, 0 to 1; {@code sharedDimension} is the
 * dimension that both sides share, 0 if nothing shared is found or a side has collapsed. Vectors
 * are compared by cosine, and a pair whose vectors are not finite is left out. Equal vectors of
 * different rows are different answers. Keys of the section {@code measure} and {@code
 * training.seed} are parameters. The work is done on the driver, with at most {@code
 * measure.maxPoints} pairs.
 */
public final class ContrastiveEvaluator extends Evaluator implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final String RECALL_AT_1 = "recallAt1";
  private static final String RECALL_AT_5 = "recallAt5";
  private static final String RECALL_AT_10 = "recallAt10";
  private static final String SHARED_DIMENSION = "sharedDimension";

  private final String uid;
  private final Param<String> xEmbeddingCol;
  private final Param<String> yEmbeddingCol;
  private final Param<String> metricName;
  private final SettingParams settings;

  /** Creates an evaluator with a new uid. */
  public ContrastiveEvaluator() {
    this(Identifiable.randomUID("contrastiveEvaluator"));
  }

  /** Creates an evaluator with this uid. */
  public ContrastiveEvaluator(String uid) {
    this.uid = uid;
    xEmbeddingCol = new Param<>(this, "xEmbeddingCol", "column of the embeddings of x");
    yEmbeddingCol = new Param<>(this, "yEmbeddingCol", "column of the embeddings of y");
    metricName =
        new Param<>(
            this,
            "metricName",
            "recallAt1, recallAt5, recallAt10 or sharedDimension",
            ParamValidators.inArray(
                new String[] {RECALL_AT_1, RECALL_AT_5, RECALL_AT_10, SHARED_DIMENSION}));
    setDefault(xEmbeddingCol, "xEmbedding");
    setDefault(yEmbeddingCol, "yEmbedding");
    setDefault(metricName, RECALL_AT_1);
    settings =
        new SettingParams(this, key -> key.startsWith("measure.") || key.equals("training.seed"));
  }

  /** Returns a reader of evaluators that {@link #write} wrote. */
  public static MLReader<ContrastiveEvaluator> read() {
    return new DefaultParamsReader<>();
  }

  /** Loads an evaluator that {@link #write} wrote. */
  public static ContrastiveEvaluator load(String path) {
    return read().load(path);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<?>[] params() {
    return Stream.concat(
            Stream.of(xEmbeddingCol, yEmbeddingCol, metricName), settings.all().stream())
        .toArray(Param<?>[]::new);
  }

  public ContrastiveEvaluator setXEmbeddingCol(String name) {
    set(xEmbeddingCol, name);
    return this;
  }

  public ContrastiveEvaluator setYEmbeddingCol(String name) {
    set(yEmbeddingCol, name);
    return this;
  }

  public ContrastiveEvaluator setMetricName(String name) {
    set(metricName, name);
    return this;
  }

  /** Returns the parameter of a key of the configuration. */
  public SettingParam setting(String key) {
    return settings.of(key);
  }

  /** Sets the parameter of a key of the configuration. */
  public ContrastiveEvaluator setSetting(String key, Object value) {
    set(settings.of(key), value);
    return this;
  }

  @Override
  public double evaluate(Dataset<?> dataset) {
    String x = getOrDefault(xEmbeddingCol);
    String y = getOrDefault(yEmbeddingCol);
    FrameColumns.requireVector(dataset.schema(), xEmbeddingCol.name(), x);
    FrameColumns.requireVector(dataset.schema(), yEmbeddingCol.name(), y);
    Sessions.require(dataset.sparkSession());
    MeasureSettings how = settings.read(List.of(), List.of(), MeasureSettings::of);
    EmbeddingColumns columns =
        settings.read(List.of(), FrameColumns.sides(List.of(x, y)), EmbeddingColumns::of);
    Dataset<Row> frame =
        FrameColumns.plain(dataset, List.of(x, y)).persist(StorageLevel.MEMORY_AND_DISK());
    JobLabels labels = JobLabels.keep(dataset.sparkSession());
    try {
      String metric = getOrDefault(metricName);
      if (metric.equals(SHARED_DIMENSION)) {
        return new Measure(dataset.sparkSession(), how, columns)
            .embeddings(frame)
            .execute()
            .shared()
            .map(SharedDimension::estimate)
            .orElse(0.0);
      }
      EmbeddedPairs pairs =
          new EmbeddingReader(dataset.sparkSession(), columns)
              .read(frame, how.maxPoints(), how.seed())
              .pairs();
      if (!pairs.comparable()) {
        throw FathomException.data(
            "%s and %s are of different widths, between which there is no retrieval", x, y);
      }
      Retrieval found = pairs.retrievalByCosine(how.seed());
      return (recall(metric, found.xToY()) + recall(metric, found.yToX())) / 2;
    } finally {
      frame.unpersist();
      labels.restore();
    }
  }

  /**
   * Returns the smallest width whose recall is within one standard error of the best: what {@code
   * fathom sweep} recommends, where a validator of Spark takes the best.
   *
   * @param recalls recalls of a validator, such as {@code CrossValidatorModel.avgMetrics()}
   * @param widths the widths that they belong to
   * @param pairs number of pairs that were evaluated; for a {@code CrossValidator} all of the frame
   * @throws IllegalArgumentException if there are no widths, or more or fewer than recalls
   */
  public static int smallestWidth(double[] recalls, int[] widths, long pairs) {
    if (widths.length == 0 || widths.length != recalls.length) {
      throw new IllegalArgumentException(
          String.format("%d recalls of %d widths", recalls.length, widths.length));
    }
    double best = Arrays.stream(recalls).max().getAsDouble();
    double least = best - Retrieval.standardError(best, pairs);
    return IntStream.range(0, widths.length)
        .filter(i -> recalls[i] >= least)
        .map(i -> widths[i])
        .min()
        .getAsInt();
  }

  private static double recall(String metric, Retrieval.Direction direction) {
    return switch (metric) {
      case RECALL_AT_5 -> direction.recallAt5();
      case RECALL_AT_10 -> direction.recallAt10();
      default -> direction.recallAt1();
    };
  }

  @Override
  public boolean isLargerBetter() {
    return true;
  }

  @Override
  public ContrastiveEvaluator copy(ParamMap extra) {
    return defaultCopy(extra);
  }
}
