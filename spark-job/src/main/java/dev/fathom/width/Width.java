// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.error.FathomException;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.SharedDimension;
import dev.fathom.measure.EmbeddedPairs;
import dev.fathom.measure.EmbeddingColumns;
import dev.fathom.measure.EmbeddingReader;
import dev.fathom.measure.InMemoryMeasure;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.MeasureSettings;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stage from embeddings to the width that they need. The embeddings are read to the driver, and
 * its cores do the work.
 */
public final class Width {
  private static final Logger LOG = LoggerFactory.getLogger(Width.class);

  /**
   * Largest number of embeddings that the dimension is estimated from, as that takes all pairs of
   * them.
   */
  private static final int MOST_MEASURED = 5000;

  private final SparkSession spark;
  private final EmbeddingColumns columns;
  private final MeasureSettings measure;
  private final double loss;

  /**
   * Creates an analysis.
   *
   * @param columns where the sides are
   * @param measure how the dimension is measured, and how many embeddings are read at most
   * @param loss largest allowed loss of quality, 0 … 1
   */
  public Width(SparkSession spark, EmbeddingColumns columns, MeasureSettings measure, double loss) {
    this.spark = spark;
    this.columns = columns;
    this.measure = measure;
    this.loss = loss;
  }

  /** Analyses embeddings: output of embed, a Parquet file, a matrix or a directory of these. */
  public WidthResult execute(String embeddings) {
    long start = System.nanoTime();
    spark.sparkContext().setJobDescription("width: read the embeddings");
    Loaded loaded = load(new Path(embeddings));
    EmbeddedPairs pairs = loaded.pairs;
    LOG.info("width   of {} of {} embeddings", pairs.count(), loaded.available);
    WidthResult found =
        WidthAnalysis.of(
                pairs.x(),
                pairs.isPaired() ? pairs.y() : new float[0],
                pairs.widthX(),
                pairs.items(),
                new WidthSettings(loss, measure.seed()))
            .orElseThrow(
                () ->
                    FathomException.data(
                        "%s holds %d different embeddings of %d numbers, which are too few to tell a width from",
                        embeddings, pairs.count(), pairs.widthX()));
    int[] measured = IntStream.range(0, Math.min(MOST_MEASURED, pairs.count())).toArray();
    return found.with(
        dimension(InMemoryMeasure.of(pairs.select(measured), loaded.origin.whole(), measure)),
        (System.nanoTime() - start) * 1e-9,
        !loaded.origin.nested().isEmpty());
  }

  /**
   * The embeddings to analyse.
   *
   * @param available number of embeddings of which these are a sample
   */
  private record Loaded(EmbeddedPairs pairs, InMemoryMeasure.Origin origin, long available) {}

  private Loaded load(Path embeddings) {
    EmbeddingReader.Read read =
        new EmbeddingReader(spark, columns).read(embeddings, measure.maxPoints(), measure.seed());
    EmbeddedPairs all = read.pairs();
    if (all.isPaired() && !all.comparable()) {
      throw FathomException.data(
          "%s holds sides of %d and of %d numbers, and nothing says how to compare those; name one side by input.x",
          embeddings, all.widthX(), all.widthY());
    }
    return new Loaded(all.distinct(measure.seed()), read.origin(), read.available());
  }

  private static Optional<Double> dimension(MeasureResult measured) {
    if (measured.y().isPresent()) {
      return measured.shared().map(SharedDimension::estimate);
    }
    return measured.x() instanceof DimensionResult.Measured side
        ? Optional.of(side.dimension().estimate())
        : Optional.empty();
  }
}
