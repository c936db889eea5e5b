// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.PairSchema;
import dev.fathom.data.ShardReader;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.ColumnReader;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelCard;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.SavedEncoder;
import dev.fathom.model.Towers;
import dev.fathom.model.TrainedModel;
import dev.fathom.monitoring.StageProgress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stage {@code embed}, from a model and a dataset to {@code embeddings/}, with one row per
 * pair.
 */
public final class Embed {
  private static final Logger LOG = LoggerFactory.getLogger(Embed.class);

  /** Number of pairs that are held in memory at once. */
  private static final int CHUNK = 1024;

  /** The columns of a shard that are read. */
  private static final List<String> READ =
      List.of(PairSchema.X, PairSchema.Y, PairSchema.KEY, PairSchema.LABEL);

  private final SparkSession spark;
  private final Storage storage;
  private final List<Split> splits;
  private Path model;
  private DatasetFiles data;
  private EmbeddingFiles output;
  private EmbeddingFormat format = EmbeddingFormat.PARQUET;

  /** Creates a stage that embeds these splits. */
  public Embed(SparkSession spark, List<Split> splits) {
    this.spark = spark;
    this.splits = splits;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /** Sets the model directory. */
  public Embed model(String directory) {
    model = new Path(directory);
    return this;
  }

  /** Sets the dataset to embed. */
  public Embed data(String directory) {
    data = new DatasetFiles(new Path(directory));
    return this;
  }

  /** Sets the output directory, which must be absent or empty. */
  public Embed output(String directory) {
    output = new EmbeddingFiles(storage, new Path(directory));
    return this;
  }

  /** Sets the format of the files. The default is Parquet. */
  public Embed format(EmbeddingFormat as) {
    format = as;
    return this;
  }

  /** Embeds and writes a complete directory. */
  public EmbedResult execute() {
    long start = System.nanoTime();
    DatasetCard card = data.readCard(storage);
    ModelFiles files = new ModelFiles(storage, model);
    ModelCard modelCard = files.readCard();
    TrainedModel trained =
        files.read(modelCard, asRead(card.x(), modelCard.x()), asRead(card.y(), modelCard.y()));
    LOG.info("embed   {} of {}", names(), Secrets.masked(data.directory().toString()));
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<TrainedModel> shared = context.broadcast(trained);
    StageProgress progress = StageProgress.ofTasks(context, "embed");
    NpyFiles npy = new NpyFiles(storage, output.directory());
    try {
      spark.sparkContext().setJobDescription("embed: " + names());
      JavaRDD<Row> rows =
          splits.stream()
              .map(split -> embed(split, card, shared))
              .reduce(JavaRDD::union)
              .orElseThrow();
      spark
          .createDataFrame(rows, EmbeddingFiles.SCHEMA)
          .drop(absent(card))
          .write()
          .mode("append")
          // The card marks the directory as complete, so Spark's own mark is not written.
          .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
          .parquet((format == EmbeddingFormat.NPY ? npy.parquet() : output.directory()).toString());
    } finally {
      progress.close();
      shared.destroy();
    }
    Towers towers = trained.towers();
    float[] parameters = trained.parameters();
    EmbeddingFiles.Card made =
        new EmbeddingFiles.Card(
            towers.dimension(),
            card.source(),
            card.knownDimension(),
            card.fingerprint(),
            modelCard.similarity(),
            modelCard.nested(),
            Optional.of(SavedEncoder.digest(parameters, 0, towers.yOffset())),
            Optional.of(SavedEncoder.digest(parameters, towers.yOffset(), parameters.length)));
    if (format == EmbeddingFormat.NPY) {
      npy.write(towers.dimension());
      output.writeNpyCard(made);
    } else {
      output.writeCard(made);
    }
    return new EmbedResult(output.directory().toString(), (System.nanoTime() - start) * 1e-9);
  }

  /** Returns a side as the dataset has it, or, if it is absent, as the model would read it. */
  private static Side asRead(Side side, ModelCard.Tower tower) {
    return isAbsent(side) ? tower.reads() : side;
  }

  /** Whether a side is absent: its vectors have no numbers. */
  private static boolean isAbsent(Side side) {
    return side.size() == 0;
  }

  /** The columns of absent sides. */
  private static String[] absent(DatasetCard card) {
    List<String> columns = new ArrayList<>();
    if (isAbsent(card.x())) {
      columns.addAll(List.of(EmbeddingFiles.X, EmbeddingFiles.X_DIGEST));
    }
    if (isAbsent(card.y())) {
      columns.addAll(List.of(EmbeddingFiles.Y, EmbeddingFiles.Y_DIGEST));
    }
    return columns.toArray(new String[0]);
  }

  private String names() {
    return splits.stream().map(Split::directory).collect(Collectors.joining(", "));
  }

  private JavaRDD<Row> embed(Split split, DatasetCard card, Broadcast<TrainedModel> model) {
    Side x = card.x();
    Side y = card.y();
    String name = split.directory();
    ShardReader reader = new ShardReader(spark, data, card);
    long total = reader.rows(split);
    int chunks = (int) Math.max(1, (total + CHUNK - 1) / CHUNK);
    int[] runs =
        ShardReader.runs(chunks, Math.min(chunks, spark.sparkContext().defaultParallelism()));
    return reader
        .read(split, runs, READ.toArray(new String[0]))
        .queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitionsWithIndex(
            (task, rows) ->
                new EmbeddedRows(
                    rows,
                    new Chunks(total, chunks, runs[task], runs[task + 1]).sizes(),
                    name,
                    x,
                    y,
                    model.value()),
            true);
  }

  /**
   * A task's chunks of a split. The number of rows multiplied at once determines a product's last
   * bits, so chunks depend on the split, never on the tasks.
   */
  private record Chunks(long rows, int of, int from, int to) {
    Iterator<Integer> sizes() {
      return IntStream.range(from, to)
          .map(c -> (int) (ShardReader.start(rows, c + 1, of) - ShardReader.start(rows, c, of)))
          .iterator();
    }
  }

  /** Embeds a partition chunk by chunk, as its rows are asked for. */
  private static final class EmbeddedRows implements Iterator<Row> {
    private static final int READ_X = READ.indexOf(PairSchema.X);
    private static final int READ_Y = READ.indexOf(PairSchema.Y);
    private static final int READ_KEY = READ.indexOf(PairSchema.KEY);
    private static final int READ_LABEL = READ.indexOf(PairSchema.LABEL);
    private static final int WRITTEN_KEY = EmbeddingFiles.SCHEMA.fieldIndex(EmbeddingFiles.KEY);
    private static final int WRITTEN_SPLIT = EmbeddingFiles.SCHEMA.fieldIndex(EmbeddingFiles.SPLIT);
    private static final int WRITTEN_LABEL = EmbeddingFiles.SCHEMA.fieldIndex(EmbeddingFiles.LABEL);
    private static final int WRITTEN_X = EmbeddingFiles.SCHEMA.fieldIndex(EmbeddingFiles.X);
    private static final int WRITTEN_Y = EmbeddingFiles.SCHEMA.fieldIndex(EmbeddingFiles.Y);
    private static final int WRITTEN_X_DIGEST =
        EmbeddingFiles.SCHEMA.fieldIndex(EmbeddingFiles.X_DIGEST);
    private static final int WRITTEN_Y_DIGEST =
        EmbeddingFiles.SCHEMA.fieldIndex(EmbeddingFiles.Y_DIGEST);

    private static final float[] NOTHING = {};

    private final Iterator<InternalRow> rows;
    private final Iterator<Integer> sizes;
    private final String split;
    private final Side x;
    private final Side y;
    private final TrainedModel model;
    private Iterator<Row> chunk = List.<Row>of().iterator();

    EmbeddedRows(
        Iterator<InternalRow> rows,
        Iterator<Integer> sizes,
        String split,
        Side x,
        Side y,
        TrainedModel model) {
      this.rows = rows;
      this.sizes = sizes;
      this.split = split;
      this.x = x;
      this.y = y;
      this.model = model;
    }

    @Override
    public boolean hasNext() {
      if (!chunk.hasNext() && rows.hasNext()) {
        chunk = nextChunk();
      }
      return chunk.hasNext();
    }

    @Override
    public Row next() {
      return chunk.next();
    }

    private Iterator<Row> nextChunk() {
      ColumnBuilder columnX = new ColumnBuilder(x);
      ColumnBuilder columnY = new ColumnBuilder(y);
      List<String> keys = new ArrayList<>();
      List<String> labels = new ArrayList<>();
      int size = sizes.next();
      // Spark's iterators require hasNext() before every next().
      while (keys.size() < size && rows.hasNext()) {
        InternalRow row = rows.next();
        add(row, READ_X, x, columnX);
        add(row, READ_Y, y, columnY);
        keys.add(row.getString(READ_KEY));
        labels.add(row.isNullAt(READ_LABEL) ? null : row.getString(READ_LABEL));
      }
      Column readX = columnX.build();
      Column readY = columnY.build();
      float[] embeddedX = isAbsent(x) ? NOTHING : model.embedX(readX);
      float[] embeddedY = isAbsent(y) ? NOTHING : model.embedY(readY);
      int width = model.towers().dimension();
      List<Row> embedded = new ArrayList<>();
      for (int i = 0; i < keys.size(); i++) {
        Object[] values = new Object[EmbeddingFiles.SCHEMA.size()];
        values[WRITTEN_KEY] = keys.get(i);
        values[WRITTEN_SPLIT] = split;
        values[WRITTEN_LABEL] = labels.get(i);
        values[WRITTEN_X] = row(embeddedX, i, width);
        values[WRITTEN_Y] = row(embeddedY, i, width);
        values[WRITTEN_X_DIGEST] = isAbsent(x) ? null : readX.digest(i).bytes();
        values[WRITTEN_Y_DIGEST] = isAbsent(y) ? null : readY.digest(i).bytes();
        embedded.add(RowFactory.create(values));
      }
      return embedded.iterator();
    }

    private static void add(InternalRow row, int ordinal, Side side, ColumnBuilder column) {
      if (!isAbsent(side)) {
        ColumnReader.add(row, ordinal, side, column);
      }
    }

    private static float[] row(float[] embedded, int row, int width) {
      return embedded.length == 0
          ? NOTHING
          : Arrays.copyOfRange(embedded, row * width, (row + 1) * width);
    }
  }
}
