// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.apache.spark.sql.functions.col;

import dev.fathom.common.FathomException;
import dev.fathom.common.RandomStream;
import dev.fathom.common.Storage;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.intrinsic.NeighbourSearch;
import dev.fathom.intrinsic.Neighbours;
import dev.fathom.intrinsic.PartialNeighbours;
import dev.fathom.intrinsic.Points;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/** The stage from embeddings to what they tell: dimensions of both towers, retrieval, agreement. */
public final class Measure {
  private static final Logger LOG = LoggerFactory.getLogger(Measure.class);

  /** So that the parts, which take not quite the same time, fill the cores. */
  private static final int PARTS_PER_CORE = 2;

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Storage storage;
  private final MeasureSettings settings;
  private EmbeddingFiles embeddings;

  /** A measurement with these settings. */
  public Measure(SparkSession spark, MeasureSettings settings) {
    this.spark = spark;
    this.settings = settings;
    context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /** The embeddings to measure. */
  public Measure embeddings(String directory) {
    embeddings = new EmbeddingFiles(storage, new Path(directory));
    return this;
  }

  /** Measures. */
  public MeasureResult execute() {
    long start = System.nanoTime();
    EmbeddingFiles.Card card = embeddings.readCard();
    Dataset<Row> all =
        spark.read().schema(EmbeddingFiles.SCHEMA).parquet(embeddings.directory().toString());
    spark.sparkContext().setJobDescription("measure: read the embeddings");
    long available = all.count();
    List<Row> rows = sample(all, available);
    if (rows.size() < 2) {
      throw FathomException.data(
          "%s holds %d embeddings; measuring takes 2 or more", embeddings.directory(), available);
    }
    LOG.info("measure {} of {} embeddings", rows.size(), available);
    float[] x = matrix(rows, 3, card.dimension());
    float[] y = matrix(rows, 4, card.dimension());
    List<String> labels = rows.stream().map(row -> row.getString(2)).collect(Collectors.toList());
    return Measurement.of(
        new EmbeddedPairs(x, y, card.dimension(), labels),
        Optional.ofNullable(card.knownDimension()),
        available,
        settings,
        this::search,
        start);
  }

  /** At most as many rows as the settings allow, drawn by their keys, in the order of the keys. */
  private List<Row> sample(Dataset<Row> all, long available) {
    Dataset<Row> taken = all;
    if (available > settings.maxPoints()) {
      long seed = settings.seed();
      List<String> keys =
          all.select("key")
              .toJavaRDD()
              .map(row -> row.getString(0))
              .takeOrdered(settings.maxPoints(), new ByHash(seed));
      taken =
          all.join(spark.createDataset(keys, Encoders.STRING()).toDF("key"), "key")
              .select("key", "split", "label", "x", "y");
    }
    return taken.orderBy(col("key"), col("split")).collectAsList();
  }

  /** Keys in an order that is random but the same for a seed. */
  public record ByHash(long seed) implements Comparator<String>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(String a, String b) {
      int byHash = Long.compare(RandomStream.hash(seed, a), RandomStream.hash(seed, b));
      return byHash != 0 ? byHash : a.compareTo(b);
    }
  }

  private float[] matrix(List<Row> rows, int column, int dimension) {
    float[] matrix = new float[Math.multiplyExact(rows.size(), dimension)];
    for (int i = 0; i < rows.size(); i++) {
      List<Float> row = rows.get(i).getList(column);
      if (row.size() != dimension) {
        throw FathomException.data(
            "%s: key %s has an embedding of %d numbers instead of %d",
            embeddings.directory(), rows.get(i).getString(0), row.size(), dimension);
      }
      for (int c = 0; c < dimension; c++) {
        matrix[i * dimension + c] = row.get(c);
      }
    }
    return matrix;
  }

  /** Exact neighbours: every task takes a part of all pairs of points. */
  private Neighbours search(String side, Points points, int k) {
    spark.sparkContext().setJobDescription("measure: neighbours of " + side);
    NeighbourSearch search =
        NeighbourSearch.of(points, k, PARTS_PER_CORE * context.defaultParallelism());
    Broadcast<NeighbourSearch> shared = context.broadcast(search);
    try {
      List<PartialNeighbours> ranges =
          context
              .parallelize(IntStream.range(0, search.parts()).boxed().toList(), search.parts())
              .flatMapToPair(
                  part ->
                      shared.value().part(part).stream()
                          .map(found -> new Tuple2<>(found.from(), found))
                          .iterator())
              .reduceByKey(PartialNeighbours::merge)
              .values()
              .collect();
      return search.join(ranges);
    } finally {
      shared.destroy();
    }
  }
}
