// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fathom.common.FathomException;
import dev.fathom.common.RandomStream;
import dev.fathom.common.Storage;
import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.PairSchema;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.prepare.source.Fingerprint;
import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.Source;
import dev.fathom.prepare.source.Sources;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * The stage that turns pairs in any common form into a dataset: checked, decoded, split, normalised
 * by the training split, and written as Parquet shards with a card.
 *
 * <p>A row that cannot become a pair is set aside with its reason and stops nothing. The same
 * input, settings and seed give the same rows in the same order in the same shards, whatever the
 * cluster. When the stage fails it leaves no dataset.
 */
public final class Prepare {
  private static final Logger LOG = LoggerFactory.getLogger(Prepare.class);
  private static final String JOB_GROUP = "prepare";
  private static final String ORDER = "order";
  private static final int PARTITIONS_OF_A_CORE = 4;

  private final SparkSession spark;
  private final PrepareSettings settings;
  private final Storage storage;
  private String input = "";
  private String output = "";

  /** A stage that runs on this session. */
  public Prepare(SparkSession spark, PrepareSettings settings) {
    this.spark = spark;
    this.settings = settings;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /** Where the pairs come from: a path, or the name of a built-in source. */
  @CanIgnoreReturnValue
  public Prepare input(String specification) {
    input = specification;
    return this;
  }

  /** The directory that the dataset is written to. */
  @CanIgnoreReturnValue
  public Prepare output(String directory) {
    output = directory;
    return this;
  }

  /**
   * Makes the dataset.
   *
   * @throws FathomException of usage where input or output are wrongly named, of data where there
   *     is nothing to read or too little to keep
   */
  public PrepareResult execute() {
    long start = System.nanoTime();
    requireNamed("input", input);
    requireNamed("output", output);
    DatasetFiles files = new DatasetFiles(new Path(output));
    DatasetCard card;
    try {
      describe("open %s".formatted(input));
      Source source =
          new Sources(spark, storage, settings.input())
              .open(input, settings.seed(), settings.image().size());
      storage.requireApart(files.directory(), new Path(input));
      storage.claim(files.directory(), settings.overwrite());
      card = writeOrNothing(source, files);
    } finally {
      spark.sparkContext().clearJobGroup();
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    return new PrepareResult(card, output, seconds);
  }

  private DatasetCard writeOrNothing(Source source, DatasetFiles files) {
    boolean complete = false;
    try {
      DatasetCard card = write(source, files);
      storage.writeJson(files.card(), card);
      storage.complete(files.directory());
      complete = true;
      return card;
    } finally {
      if (!complete) {
        discard(files.directory());
      }
    }
  }

  private DatasetCard write(Source source, DatasetFiles files) {
    JavaRDD<Outcome> outcomes = outcomes(source).persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      describe("decode %s".formatted(input));
      Tally tally = outcomes.aggregate(new Tally(), Tally::add, Tally::add);
      requireEnough(tally, outcomes);
      writeRejects(outcomes, files);
      JavaPairRDD<ShardLayout.Place, Outcome.Kept> shards =
          shards(kept(outcomes, tally.kept()), ShardLayout.of(tally, settings.shardSize()));
      JavaRDD<Outcome.Kept> training = shards.values().filter(pair -> pair.split() == Split.TRAIN);
      describe("gather the statistics of the training split");
      TrainingStatistics statistics = new TrainingStatistics(settings);
      Side x = statistics.of(source.x(), training.map(Outcome.Kept::x));
      Side y = statistics.of(source.y(), training.map(Outcome.Kept::y));
      writeShards(shards, x, y, files);
      return card(source, x, y, tally);
    } finally {
      outcomes.unpersist(false);
    }
  }

  private JavaRDD<Outcome> outcomes(Source source) {
    JavaRDD<RawRow> rows = source.rows();
    if (source.keysMayRepeat()) {
      int cores = spark.sparkContext().defaultParallelism();
      rows =
          FirstOfEachKey.of(rows, Math.max(rows.getNumPartitions(), PARTITIONS_OF_A_CORE * cores));
    }
    RowDecoder.Rules rules = RowDecoder.Rules.of(settings);
    SerializableConfiguration hadoop =
        new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    return rows.mapPartitions(
        partition -> {
          RowDecoder decoder = new RowDecoder(rules, new Storage(hadoop.value()));
          Iterable<RawRow> once = () -> partition;
          return StreamSupport.stream(once.spliterator(), false).map(decoder::decode).iterator();
        });
  }

  private void requireEnough(Tally tally, JavaRDD<Outcome> outcomes) {
    DatasetCard.Counts counts = tally.counts();
    if (counts.read() == 0) {
      throw FathomException.data("%s has no rows", input);
    }
    if (counts.rejected() > settings.maximumRejects() * counts.read()) {
      Outcome.Rejected example = mostCommon(tally, outcomes);
      throw FathomException.data(
          "%d of %d rows of %s were rejected, most for %s (row %s: %s); mend the input or raise input.maximumRejects",
          counts.rejected(),
          counts.read(),
          input,
          example.reason(),
          example.key(),
          example.detail());
    }
    if (counts.train() == 0) {
      throw FathomException.data(
          "no row of %s came into the training split (read %d, rejected %d, validation %d, test %d); give more rows or raise split.train",
          input, counts.read(), counts.rejected(), counts.validation(), counts.test());
    }
    LOG.info("prepare read {} rows of {}, rejected {}", counts.read(), input, counts.rejected());
  }

  private static Outcome.Rejected mostCommon(Tally tally, JavaRDD<Outcome> outcomes) {
    String reason =
        tally.rejects().entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElseThrow();
    return rejected(outcomes).filter(row -> row.reason().equals(reason)).first();
  }

  private static JavaRDD<Outcome.Rejected> rejected(JavaRDD<Outcome> outcomes) {
    return outcomes.filter(Outcome.Rejected.class::isInstance).map(Outcome.Rejected.class::cast);
  }

  private void writeRejects(JavaRDD<Outcome> outcomes, DatasetFiles files) {
    describe("write the rejects");
    JavaRDD<Row> rows =
        rejected(outcomes).map(row -> RowFactory.create(row.key(), row.reason(), row.detail()));
    parquet(
            spark
                .createDataFrame(rows, PairSchema.rejects())
                .orderBy(PairSchema.KEY, PairSchema.REASON, PairSchema.DETAIL)
                .write())
        .parquet(files.rejects().toString());
  }

  private JavaRDD<Outcome.Kept> kept(JavaRDD<Outcome> outcomes, long count) {
    JavaRDD<Outcome.Kept> kept =
        outcomes.filter(Outcome.Kept.class::isInstance).map(Outcome.Kept.class::cast);
    if (settings.shufflePairs()) {
      return repaired(kept, count);
    }
    return settings.mismatchedPairs() > 0 ? withMismatches(kept) : kept;
  }

  /** A share of the training pairs torn apart; the others, and those to measure, as they are. */
  private JavaRDD<Outcome.Kept> withMismatches(JavaRDD<Outcome.Kept> pairs) {
    long seed = settings.seed();
    double share = settings.mismatchedPairs();
    Function<Outcome.Kept, Boolean> chosen =
        pair ->
            pair.split() == Split.TRAIN
                && RandomStream.uniform(seed, "mismatched-pairs", pair.key()) < share;
    JavaRDD<Outcome.Kept> torn = pairs.filter(chosen);
    return pairs.filter(pair -> !chosen.call(pair)).union(repaired(torn, torn.count()));
  }

  /**
   * Every pair with the second side of the next one in a random order, the last with the first's.
   */
  private JavaRDD<Outcome.Kept> repaired(JavaRDD<Outcome.Kept> pairs, long count) {
    long salt = RandomStream.hash(settings.seed(), "shuffle-pairs");
    JavaPairRDD<Long, Outcome.Kept> placed =
        pairs
            .sortBy(pair -> RandomStream.hash(salt, pair.key()), true, pairs.getNumPartitions())
            .zipWithIndex()
            .mapToPair(Tuple2::swap);
    JavaPairRDD<Long, Outcome.Kept> next =
        placed.mapToPair(pair -> new Tuple2<>((pair._1() + count - 1) % count, pair._2()));
    return placed.join(next).values().map(both -> both._1().withSecondSideOf(both._2()));
  }

  private JavaPairRDD<ShardLayout.Place, Outcome.Kept> shards(
      JavaRDD<Outcome.Kept> pairs, ShardLayout layout) {
    long seed = settings.seed();
    return pairs
        .mapToPair(pair -> new Tuple2<>(ShardLayout.Place.of(pair, seed), pair))
        .repartitionAndSortWithinPartitions(layout);
  }

  private void writeShards(
      JavaPairRDD<ShardLayout.Place, Outcome.Kept> shards, Side x, Side y, DatasetFiles files) {
    describe("write the shards");
    SideEncoder xs = new SideEncoder(x);
    SideEncoder ys = new SideEncoder(y);
    JavaRDD<Row> rows = shards.map(pair -> row(pair._1(), pair._2(), xs, ys));
    // A write by split sorts rows by split unless they are known to be sorted so, and that sort
    // would be free to change their order within it.
    parquet(
            spark
                .createDataFrame(
                    rows,
                    PairSchema.pairs(x.modality(), y.modality())
                        .add(ORDER, DataTypes.LongType, false))
                .sortWithinPartitions(PairSchema.SPLIT, ORDER, PairSchema.KEY)
                .drop(ORDER)
                .write())
        .partitionBy(PairSchema.SPLIT)
        .parquet(files.directory().toString());
  }

  private static Row row(
      ShardLayout.Place place, Outcome.Kept pair, SideEncoder xs, SideEncoder ys) {
    return RowFactory.create(
        pair.key(),
        xs.encode(pair.x()),
        ys.encode(pair.y()),
        blankToNull(pair.label()),
        blankToNull(pair.xSource()),
        blankToNull(pair.ySource()),
        pair.split().directory(),
        place.order());
  }

  private static String blankToNull(String text) {
    return text.isBlank() ? null : text;
  }

  private static DataFrameWriter<Row> parquet(DataFrameWriter<Row> writer) {
    return writer
        .mode(SaveMode.Append)
        .option("compression", "zstd")
        // Only a whole dataset is marked as complete, not each write of a part.
        .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false");
  }

  private DatasetCard card(Source source, Side x, Side y, Tally tally) {
    OptionalInt known = source.knownDimension();
    return new DatasetCard(
        DatasetCard.SCHEMA_VERSION,
        input,
        Fingerprint.of(source.fingerprint() + " " + settings.provenance()),
        settings.seed(),
        known.isPresent() && !settings.shufflePairs() ? known.getAsInt() : null,
        settings.shufflePairs(),
        x,
        y,
        tally.counts(),
        tally.rejects());
  }

  private void describe(String description) {
    LOG.info("prepare {}", description);
    spark.sparkContext().setJobGroup(JOB_GROUP, "prepare: " + description, true);
  }

  private void discard(Path directory) {
    try {
      storage.delete(directory);
    } catch (RuntimeException e) {
      LOG.warn("Cannot remove the unfinished {}", directory, e);
    }
  }

  private static void requireNamed(String option, String value) {
    if (value.isBlank()) {
      throw FathomException.usage("--%s is missing", option);
    }
  }
}
