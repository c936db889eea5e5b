// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.apache.spark.sql.functions.col;

import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads embeddings of any form to the driver, or a sample of them if there are too many. */
public final class EmbeddingReader {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddingReader.class);

  /**
   * Divisor of the driver's memory: embeddings may take one part in this many, as copies are made
   * of them.
   */
  private static final int SHARE_OF_MEMORY = 4;

  private final SparkSession spark;
  private final Storage storage;
  private final EmbeddingColumns columns;

  /** Creates a reader of the given columns. */
  public EmbeddingReader(SparkSession spark, EmbeddingColumns columns) {
    this.spark = spark;
    this.columns = columns;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /** The embeddings that were read, and how many were available. */
  public static final class Read {
    private final EmbeddingRows rows;
    private final Optional<EmbeddingFiles.Card> card;
    private final long available;

    private Read(EmbeddingRows rows, Optional<EmbeddingFiles.Card> card, long available) {
      this.rows = rows;
      this.card = card;
      this.available = available;
    }

    EmbeddingRows rows() {
      return rows;
    }

    /** The embeddings that were read. */
    public EmbeddedPairs pairs() {
      return rows.pairs();
    }

    /** The number of embeddings that were available. */
    public long available() {
      return available;
    }

    /** What the embeddings' source says about them. */
    public InMemoryMeasure.Origin origin() {
      return card.map(
              known ->
                  new InMemoryMeasure.Origin(
                      known.knownDimension(),
                      Optional.ofNullable(known.similarity()),
                      known.nested()))
          .orElse(InMemoryMeasure.Origin.UNKNOWN);
    }
  }

  /**
   * Reads embeddings from a path.
   *
   * @param embeddings output of embed, a Parquet file, a matrix or a directory of these
   * @param maxPoints largest number of rows; if there are more, a sample is drawn by their keys
   * @param seed seed of the sample
   */
  public Read read(Path embeddings, int maxPoints, long seed) {
    return read(
        EmbeddingTable.open(spark, storage, embeddings, columns),
        embeddings.toString(),
        maxPoints,
        seed);
  }

  /**
   * Reads embeddings from a DataFrame.
   *
   * @param frame frame with the columns, arrays of numbers; a row without a key is named by its
   *     number
   * @param maxPoints largest number of rows; if there are more, a sample is drawn by their keys
   * @param seed seed of the sample
   */
  public Read read(Dataset<Row> frame, int maxPoints, long seed) {
    return read(EmbeddingTable.of(frame, columns), "the DataFrame", maxPoints, seed);
  }

  private Read read(EmbeddingTable table, String embeddings, int maxPoints, long seed) {
    Dataset<Row> all = table.rows().where(col(EmbeddingFiles.X).isNotNull());
    if (table.paired()) {
      all = all.where(col(EmbeddingFiles.Y).isNotNull());
    }
    long available = all.count();
    return new Read(
        read(embeddings, all, table, available, maxPoints, seed), table.card(), available);
  }

  private EmbeddingRows read(
      String embeddings,
      Dataset<Row> all,
      EmbeddingTable table,
      long available,
      int maxPoints,
      long seed) {
    if (available < 2) {
      throw FathomException.data(
          "%s holds %d embeddings; measuring takes 2 or more", embeddings, available);
    }
    Row first = all.first();
    int widthX = first.getList(first.fieldIndex(EmbeddingFiles.X)).size();
    int widthY = table.paired() ? first.getList(first.fieldIndex(EmbeddingFiles.Y)).size() : 0;
    if (widthX == 0 || (table.paired() && widthY == 0)) {
      throw FathomException.data(
          "%s: key %s has an embedding of 0 numbers",
          embeddings, first.<String>getAs(EmbeddingFiles.KEY));
    }
    long fitting =
        Runtime.getRuntime().maxMemory()
            / SHARE_OF_MEMORY
            / ((long) Float.BYTES * Math.max(1, widthX + widthY));
    int most = (int) Math.min(maxPoints, fitting);
    if (most < Math.min(available, maxPoints)) {
      LOG.warn(
          "a sample of {} is read: more embeddings do not fit in a driver's heap of {} MB"
              + " (FATHOM_HEAP, spark.driver.memory)",
          most,
          Runtime.getRuntime().maxMemory() >> 20);
    }
    return EmbeddingRows.collect(
        embeddings,
        sample(embeddings, all, available, most, seed)
            .orderBy(col(EmbeddingFiles.KEY), col(EmbeddingFiles.SPLIT)),
        widthX,
        widthY);
  }

  /** Returns at most {@code most} rows, drawn by their keys. */
  private Dataset<Row> sample(
      String embeddings, Dataset<Row> all, long available, int most, long seed) {
    if (available <= most) {
      return all;
    }
    List<String> keys =
        all.select(EmbeddingFiles.KEY)
            .distinct()
            .toJavaRDD()
            .map(row -> row.getString(0))
            .takeOrdered(most, new Measure.ByHash(seed));
    Dataset<Row> taken =
        all.join(
            spark.createDataset(keys, Encoders.STRING()).toDF(EmbeddingFiles.KEY),
            EmbeddingFiles.KEY);
    long rows = taken.count();
    if (rows > most) {
      throw FathomException.data(
          "%s: %d keys name %d rows, and a sample needs a key for each; set input.key to such a"
              + " column or to null",
          embeddings, keys.size(), rows);
    }
    return taken;
  }
}
