// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Digest;
import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.monitoring.JobMetrics;
import dev.fathom.monitoring.StageProgress;
import dev.fathom.prepare.backbone.Backbones;
import dev.fathom.prepare.backbone.TextFeatures;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/** The work of {@link Prepare}: from the rows of a source to shards and rejects. */
final class PrepareJob {
  private static final Logger LOG = LoggerFactory.getLogger(PrepareJob.class);
  private static final String JOB_GROUP = "prepare";

  /**
   * Smallest number of pairs whose captions a task describes; it grows if there would be too many
   * tasks.
   */
  private static final int PAIRS_OF_A_TASK = TextFeatures.WINDOW;

  private static final int MOST_TASKS = 10_000;

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final PrepareSettings settings;
  private Optional<Existing> before = Optional.empty();
  private Backbones backbones = Backbones.NONE;
  private Optional<Reading> reading = Optional.empty();
  private String remedy = "mend the input or raise input.maxRejects";

  PrepareJob(SparkSession spark, PrepareSettings settings) {
    this.spark = spark;
    this.settings = settings;
    context = JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  /** An existing dataset. */
  record Existing(DatasetFiles files, DatasetCard card) {}

  /** The result of writing shards and rejects. */
  record Made(Side x, Side y, Tally tally, DatasetCard.Duplicates duplicates) {}

  /** Adds the output to an existing dataset. */
  PrepareJob addingTo(Existing there) {
    before = Optional.of(there);
    return this;
  }

  /** Prepares the pairs as a model reads them. */
  PrepareJob readBy(Reading model) {
    reading = Optional.of(model);
    return this;
  }

  /** Sets the advice in the error of too many rejects. */
  PrepareJob remedy(String told) {
    remedy = told;
    return this;
  }

  /** Sets the networks that describe pictures and captions. */
  PrepareJob describingBy(Backbones networks) {
    backbones = networks;
    return this;
  }

  void describe(String description) {
    LOG.info("prepare {}", description);
    spark.sparkContext().setJobGroup(JOB_GROUP, "prepare: " + description, true);
  }

  /**
   * Writes shards and rejects.
   *
   * @param input name of the source
   * @param files paths of the dataset to write
   */
  Made write(Source source, String input, DatasetFiles files) {
    LongAccumulator rows = spark.sparkContext().longAccumulator();
    LongAccumulator rejected = spark.sparkContext().longAccumulator();
    show(rows::value, rejected::value);
    JavaRDD<OutcomeBlock> blocks =
        decoded(source, rows, rejected)
            .mapPartitions(OutcomeBlock::pack)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    // The rules for all pairs are found without their content, which is read for the shards alone.
    JavaRDD<OutcomeBlock> lightBlocks =
        blocks
            .flatMap(OutcomeBlock::withoutContent)
            .mapPartitions(OutcomeBlock::pack)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    JavaRDD<Outcome> light = lightBlocks.flatMap(OutcomeBlock::outcomes);
    try {
      describe("decode %s".formatted(input));
      Placement placement = new Placement(spark, settings, source);
      before.ifPresent(placement::beside);
      reading.ifPresent(placement::readBy);
      StageProgress progress = StageProgress.of(context, "prepare decode", "pairs", rows);
      try {
        placement.find(only(light, Outcome.Kept.class));
      } finally {
        progress.close();
      }
      Broadcast<Placement.Rules> rules = context.broadcast(placement.rules());
      Function<Outcome, Outcome> place = outcome -> rules.value().placed(outcome);
      JavaRDD<Outcome> placed = light.map(place);
      Tally tally = placed.aggregate(new Tally(), Tally::add, Tally::add);
      // The tally is exact; accumulators count a task that runs again twice.
      show(tally.counts()::read, tally.counts()::rejected);
      requireEnough(tally, placed, input, before.isEmpty() && reading.isEmpty());
      writeRejects(placed, tally.counts().rejected(), files);
      ShardLayout layout = ShardLayout.of(tally, settings.shardSize());
      JavaRDD<Outcome.Placed> shards = ShuffledPairs.of(packed(blocks, rules, tally), layout);
      List<Side> sides = sides(source, placement.rules(), placed, shards, layout);
      writeShards(shards, sides, files);
      return new Made(sides.get(0), sides.get(1), tally, placement.rules().duplicates());
    } finally {
      lightBlocks.unpersist(false);
      blocks.unpersist(false);
    }
  }

  private void show(Supplier<Long> read, Supplier<Long> rejected) {
    JobMetrics metrics = JobMetrics.of(spark.sparkContext());
    metrics.show("rowsRead", read);
    metrics.show("rowsRejected", rejected);
  }

  private JavaRDD<Outcome> decoded(Source source, LongAccumulator rows, LongAccumulator rejected) {
    boolean named = settings.input().key().isPresent() || source.namesRows();
    String prefix =
        before
            .filter(there -> !named)
            .map(there -> there.card().parts().size() + 1 + "/")
            .orElse("");
    RowDecoder.Rules decoding = RowDecoder.Rules.of(settings, prefix);
    SerializableConfiguration hadoop =
        new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    Backbones networks = backbones;
    return source
        .rows()
        .mapPartitions(
            partition ->
                new Decoded(
                    partition,
                    new RowDecoder(decoding, new Storage(hadoop.value()), networks),
                    rows,
                    rejected));
  }

  /** Decodes the rows of a partition, and counts them. */
  private record Decoded(
      Iterator<RawRow> partition,
      RowDecoder decoder,
      LongAccumulator rows,
      LongAccumulator rejected)
      implements Iterator<Outcome> {
    @Override
    public boolean hasNext() {
      return partition.hasNext();
    }

    @Override
    public Outcome next() {
      Outcome outcome = decoder.decode(partition.next());
      rows.add(outcome instanceof Outcome.Hidden ? 0 : 1);
      rejected.add(outcome instanceof Outcome.Rejected ? 1 : 0);
      return outcome;
    }
  }

  private static <T extends Outcome> JavaRDD<T> only(JavaRDD<Outcome> outcomes, Class<T> kind) {
    return outcomes.filter(kind::isInstance).map(kind::cast);
  }

  private void requireEnough(
      Tally tally, JavaRDD<Outcome> outcomes, String input, boolean toTrain) {
    DatasetCard.Counts counts = tally.counts();
    if (tally.hidden() > 0) {
      LOG.info(
          "prepare passed over {} files that a computer leaves beside others (._*, .DS_Store, __MACOSX, Thumbs.db)",
          tally.hidden());
    }
    if (counts.read() == 0) {
      throw FathomException.data("%s has no rows", input);
    }
    if (counts.rejected() > settings.maxRejects() * counts.read()) {
      Outcome.Rejected example = mostCommon(tally, outcomes);
      throw FathomException.data(
          "%d of %d rows of %s were rejected, most for %s (row %s: %s); %s",
          counts.rejected(),
          counts.read(),
          input,
          example.reason(),
          example.key(),
          example.detail(),
          remedy);
    }
    if (toTrain && counts.train() == 0) {
      throw FathomException.data(
          "no row of %s came into the training split (read %d, rejected %d, validation %d, test %d); give more rows or raise split.train",
          input, counts.read(), counts.rejected(), counts.validation(), counts.test());
    }
    LOG.info("prepare read {} rows of {}, rejected {}", counts.read(), input, counts.rejected());
    long nulls = tally.rejects().getOrDefault(RejectReason.NULL_VALUE.code(), 0L);
    if (nulls > 0) {
      LOG.warn(
          "{} rows hold nothing but one of {}; input.nulls = [] keeps these as words",
          nulls,
          settings.input().nulls());
    }
  }

  private static Outcome.Rejected mostCommon(Tally tally, JavaRDD<Outcome> outcomes) {
    String reason =
        tally.rejects().entrySet().stream()
            .max(Map.Entry.comparingByValue(Comparator.naturalOrder()))
            .map(Map.Entry::getKey)
            .orElseThrow();
    return only(outcomes, Outcome.Rejected.class)
        .filter(row -> row.reason().equals(reason))
        .first();
  }

  private void writeRejects(JavaRDD<Outcome> outcomes, long count, DatasetFiles files) {
    if (count == 0) {
      ShardFormat.writeNone(
          PairSchema.rejects(), files.rejects(), spark.sparkContext().hadoopConfiguration());
      return;
    }
    describe("write the rejects");
    JavaRDD<Row> rows =
        only(outcomes, Outcome.Rejected.class)
            .map(row -> RowFactory.create(row.key(), row.reason(), row.detail()));
    parquet(
            spark
                .createDataFrame(rows, PairSchema.rejects())
                .orderBy(PairSchema.KEY, PairSchema.REASON, PairSchema.DETAIL)
                .write())
        .parquet(files.rejects().toString());
  }

  /** The pairs that stay, with their places. Only those that change are unpacked. */
  private JavaPairRDD<ShardLayout.Place, PackedPair> packed(
      JavaRDD<OutcomeBlock> blocks, Broadcast<Placement.Rules> rules, Tally tally) {
    long seed = settings.seed();
    TornPairs torn = new TornPairs(settings);
    if (!torn.any() && backbones.of(Modality.TEXT).isEmpty()) {
      return blocks.flatMapToPair(block -> block.placed(rules.value()::placed, seed));
    }
    JavaRDD<Outcome> placed =
        blocks.flatMap(OutcomeBlock::outcomes).map(outcome -> rules.value().placed(outcome));
    return ShuffledPairs.packed(
        withFeatures(torn.of(only(placed, Outcome.Placed.class), tally.kept()), tally), seed);
  }

  /**
   * Adds the features that the frozen network computes from the captions. The captions that it
   * reads together follow from keys and seed, like the pairs of a shard.
   */
  private JavaRDD<Outcome.Placed> withFeatures(JavaRDD<Outcome.Placed> pairs, Tally tally) {
    if (backbones.of(Modality.TEXT).isEmpty()) {
      return pairs;
    }
    Backbones networks = backbones;
    long most = Math.max(PAIRS_OF_A_TASK, tally.kept() / MOST_TASKS);
    return ShuffledPairs.of(
            ShuffledPairs.packed(pairs, settings.seed()), ShardLayout.ofPairs(tally, most))
        .mapPartitions(part -> new CaptionFeatures(part, networks.texts().orElseThrow()));
  }

  private List<Side> sides(
      Source source,
      Placement.Rules rules,
      JavaRDD<Outcome> placed,
      JavaRDD<Outcome.Placed> shards,
      ShardLayout layout) {
    if (before.isPresent()) {
      return List.of(before.get().card().x(), before.get().card().y());
    }
    if (reading.isPresent()) {
      return List.of(reading.get().x(), reading.get().y());
    }
    describe("gather the statistics of the training split");
    JavaRDD<Outcome.Kept> training = training(only(placed, Outcome.Placed.class));
    JavaRDD<Outcome.Kept> inOrder =
        training(
            PartitionPruningRDD.create(shards.rdd(), layout.partitions(Split.TRAIN)).toJavaRDD());
    TrainingStatistics statistics = new TrainingStatistics(settings, backbones);
    List<Moments> vectors = statistics.ofVectors(inOrder, source.x(), source.y());
    return List.of(
        statistics.side(
            source.x(), rules.shapeX(), training.map(pair -> pair.x().value()), vectors.get(0)),
        statistics.side(
            source.y(), rules.shapeY(), training.map(pair -> pair.y().value()), vectors.get(1)));
  }

  private static JavaRDD<Outcome.Kept> training(JavaRDD<Outcome.Placed> pairs) {
    return pairs.filter(placed -> placed.split() == Split.TRAIN).map(Outcome.Placed::pair);
  }

  private void writeShards(JavaRDD<Outcome.Placed> shards, List<Side> sides, DatasetFiles files) {
    describe("write the shards");
    SideEncoder xs = new SideEncoder(sides.get(0));
    SideEncoder ys = new SideEncoder(sides.get(1));
    boolean pictureX = PairSchema.isPictured(sides.get(0));
    boolean pictureY = PairSchema.isPictured(sides.get(1));
    ShardFormat.write(
        shards.mapToPair(
            placed -> new Tuple2<>(placed.split(), row(placed.pair(), xs, ys, pictureX, pictureY))),
        PairSchema.rows(sides.get(0), sides.get(1)),
        files.directory(),
        spark.sparkContext().hadoopConfiguration());
  }

  /** The values of the columns of {@link PairSchema#rows}. */
  private static Object[] row(
      Outcome.Kept pair, SideEncoder xs, SideEncoder ys, boolean pictureX, boolean pictureY) {
    List<Digest> pictures = pair.pictures();
    List<Object> values =
        new ArrayList<>(
            Arrays.asList(
                pair.key(),
                xs.encode(pair.x().value()),
                ys.encode(pair.y().value()),
                column(pair.label()),
                column(pair.x().source()),
                column(pair.y().source()),
                column(pair.group()),
                pictures.isEmpty() ? null : pictures.get(0).bytes()));
    if (pictureX) {
      values.add(((DecodedValue.Features) pair.x().value()).picture());
    }
    if (pictureY) {
      values.add(((DecodedValue.Features) pair.y().value()).picture());
    }
    return values.toArray();
  }

  private static String column(String text) {
    return text.isBlank() ? null : text;
  }

  private static DataFrameWriter<Row> parquet(DataFrameWriter<Row> writer) {
    return writer
        .mode(SaveMode.Append)
        .option("compression", "zstd")
        .option("parquet.block.size", ShardFile.ROW_GROUP_BYTES)
        // Only a whole dataset is marked as complete, not each write of Spark.
        .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false");
  }
}
