// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.evaluate.PairedEmbeddings;
import dev.fathom.evaluate.Ranking;
import dev.fathom.files.Storage;
import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.neighbours.PartialNeighbours;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.monitoring.StageProgress;
import dev.fathom.random.RandomStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * The stage {@code measure}, from embeddings to their measures: dimensions of both towers,
 * retrieval, agreement.
 */
public final class Measure {
  private static final Logger LOG = LoggerFactory.getLogger(Measure.class);

  /** The schema of the file with the dimension around each embedding. */
  private static final StructType POINTWISE =
      new StructType()
          .add(EmbeddingFiles.KEY, DataTypes.StringType, false)
          .add(EmbeddingFiles.SPLIT, DataTypes.StringType, false)
          .add(EmbeddingFiles.LABEL, DataTypes.StringType, true)
          .add(EmbeddingFiles.X, DataTypes.DoubleType, true)
          .add(EmbeddingFiles.Y, DataTypes.DoubleType, true);

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Storage storage;
  private final MeasureSettings settings;
  private final EmbeddingColumns columns;
  private Supplier<EmbeddingReader.Read> embeddings;
  private Optional<Path> pointwise = Optional.empty();
  private PairContents contents;
  private long start;

  /** Creates a measurement with these settings. */
  public Measure(SparkSession spark, MeasureSettings settings, EmbeddingColumns columns) {
    this.spark = spark;
    this.settings = settings;
    this.columns = columns;
    context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
    contents = new PairContents(spark, storage);
  }

  /**
   * Sets the embeddings to measure: the output of embed, a Parquet file, a matrix or a directory of
   * these.
   */
  public Measure embeddings(String path) {
    embeddings = () -> reader().read(new Path(path), settings.maxPoints(), settings.seed());
    return this;
  }

  /** Sets the embeddings to measure: the columns of a DataFrame, which are arrays of numbers. */
  public Measure embeddings(Dataset<Row> frame) {
    embeddings = () -> reader().read(frame, settings.maxPoints(), settings.seed());
    return this;
  }

  private EmbeddingReader reader() {
    return new EmbeddingReader(spark, columns);
  }

  /** Sets the directory for the dimension around each embedding. By default it is not written. */
  public Measure pointwise(Path directory) {
    pointwise = Optional.of(directory);
    return this;
  }

  /**
   * Sets the dataset that the embeddings were made from, to show its pairs. By default none is
   * shown.
   */
  public Measure dataset(Path directory) {
    contents = new PairContents(spark, storage, directory);
    return this;
  }

  /** Measures and returns the result. */
  public MeasureResult execute() {
    EmbeddingReader.Read read = read();
    EmbeddingRows rows = read.rows();
    InMemoryMeasure.Outcome outcome = outcome(read);
    pointwise.ifPresent(directory -> write(directory, rows, outcome));
    spark.sparkContext().setJobDescription("measure: features without the encoders");
    Optional<FeatureRetrieval> features =
        FeatureRetrieval.of(
            rows,
            contents,
            new EmbeddingReader(spark, EmbeddingColumns.OF_DATASET),
            new Cluster()::ranking,
            settings.seed());
    spark.sparkContext().setJobDescription("measure: what to show of the pairs");
    return outcome
        .result()
        .with(features, new ShowcaseMaker(rows, contents, settings.seed()).of(outcome.aroundX()));
  }

  /**
   * Measures and returns the dimension around each embedding of x, by its key. Embeddings that were
   * left out, or that have too few others around them, are missing.
   */
  public Map<String, Double> aroundX() {
    EmbeddingReader.Read read = read();
    double[] around = outcome(read).aroundX();
    Map<String, Double> byKey = new HashMap<>();
    for (int i = 0; i < around.length; i++) {
      if (Double.isFinite(around[i])) {
        byKey.put(read.rows().keys().get(i), around[i]);
      }
    }
    return byKey;
  }

  private EmbeddingReader.Read read() {
    start = System.nanoTime();
    spark.sparkContext().setJobDescription("measure: read the embeddings");
    return embeddings.get();
  }

  private InMemoryMeasure.Outcome outcome(EmbeddingReader.Read read) {
    EmbeddedPairs pairs = read.pairs();
    LOG.info("measure {} of {} embeddings", pairs.count(), read.available());
    if (!pairs.centres().areNone()) {
      LOG.warn(
          "some columns lie far from 0 for their spread: they are centred before the dimension is"
              + " measured, and retrieval compares the cosines of the numbers as they are");
    }
    return new InMemoryMeasure(pairs, settings, new Cluster())
        .execute(read.origin(), read.available(), start);
  }

  /** Orders keys at random, but always in the same way for a seed. */
  public record ByHash(long seed) implements Comparator<String>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(String a, String b) {
      int byHash = Long.compare(RandomStream.hash(seed, a), RandomStream.hash(seed, b));
      return byHash != 0 ? byHash : a.compareTo(b);
    }
  }

  private void write(Path directory, EmbeddingRows rows, InMemoryMeasure.Outcome outcome) {
    spark.sparkContext().setJobDescription("measure: write the dimension around each embedding");
    List<Row> around = new ArrayList<>();
    for (int i = 0; i < rows.count(); i++) {
      int row = i;
      around.add(
          RowFactory.create(
              rows.keys().get(i),
              rows.splits().get(i),
              StringUtils.defaultIfEmpty(rows.pairs().labels().get(i), null),
              finite(outcome.aroundX()[i]),
              outcome.aroundY().map(y -> finite(y[row])).orElse(null)));
    }
    spark
        .createDataFrame(context.parallelize(around, 1), POINTWISE)
        .write()
        .mode("overwrite")
        .parquet(directory.toString());
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** Spreads the work on all pairs of points over the executors. */
  private final class Cluster implements InMemoryMeasure.PairwiseWork {

    /** Each task searches a part of all pairs of points. */
    @Override
    public Neighbours neighbours(String side, Points points, int k) {
      spark.sparkContext().setJobDescription("measure: neighbours of " + side);
      // One part per core, as each part has lists of its own to fill and all take about the same
      // time.
      NeighbourSearch search = NeighbourSearch.of(points, k, context.defaultParallelism());
      JavaRDD<Integer> parts =
          context.parallelize(IntStream.range(0, search.parts()).boxed().toList(), search.parts());
      Broadcast<NeighbourSearch> shared = context.broadcast(search);
      StageProgress progress = StageProgress.ofTasks(context, "measure neighbours of " + side);
      try {
        // A single part has no bounds to learn from others.
        double[] bounds =
            search.parts() == 1
                ? new double[0]
                : parts.map(range -> shared.value().bounds(range)).collect().stream()
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
        return search.join(neighbours(parts, shared, bounds));
      } finally {
        progress.close();
        shared.destroy();
      }
    }

    private List<PartialNeighbours> neighbours(
        JavaRDD<Integer> parts, Broadcast<NeighbourSearch> search, double[] bounds) {
      Broadcast<double[]> known = context.broadcast(bounds);
      try {
        return parts
            .flatMapToPair(
                part ->
                    search.value().part(part, known.value()).stream()
                        .map(found -> new Tuple2<>(found.from(), found))
                        .iterator())
            .reduceByKey(PartialNeighbours::merge)
            .values()
            .collect();
      } finally {
        known.destroy();
      }
    }

    /** Each task ranks for some of the x. */
    @Override
    public Ranking ranking(PairedEmbeddings pairs) {
      spark.sparkContext().setJobDescription("measure: retrieval");
      int count = pairs.items().countX();
      int parts = Math.min(context.defaultParallelism(), count);
      Broadcast<PairedEmbeddings> shared = context.broadcast(pairs);
      try {
        return context
            .parallelize(IntStream.range(0, parts).boxed().toList(), parts)
            .map(
                part ->
                    Ranking.of(
                        shared.value(),
                        (int) ((long) count * part / parts),
                        (int) ((long) count * (part + 1) / parts)))
            .treeReduce(Ranking::merge);
      } finally {
        shared.destroy();
      }
    }
  }
}
