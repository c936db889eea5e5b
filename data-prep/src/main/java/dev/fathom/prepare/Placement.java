// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.source.Source;
import dev.fathom.prepare.source.SourceSide;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Decides what depends on all pairs together: which pairs are kept, and the split of each. */
final class Placement {
  private final SparkSession spark;
  private final PrepareSettings settings;
  private final Source source;
  private Optional<PrepareJob.Existing> before = Optional.empty();
  private Optional<Reading> reading = Optional.empty();
  private Rules rules;

  /** Creates a placement of the pairs of a source. */
  Placement(SparkSession spark, PrepareSettings settings, Source source) {
    this.spark = spark;
    this.settings = settings;
    this.source = source;
  }

  /** Places the pairs in addition to those of an existing dataset. */
  void beside(PrepareJob.Existing there) {
    before = Optional.of(there);
  }

  /** Restricts pictures to the shapes that a model reads. */
  void readBy(Reading model) {
    reading = Optional.of(model);
  }

  /**
   * The rules that place each pair.
   *
   * @param shapeX shape of the pictures of the first side that are kept, empty if it has none
   * @param shapeY shape of the pictures of the second side that are kept, empty if it has none
   * @param straddling positions in the source of pairs whose picture is in another split already
   */
  record Rules(
      DuplicatePairs repeats,
      SplitPlan plan,
      List<Integer> shapeX,
      List<Integer> shapeY,
      long[] straddling)
      implements Serializable {

    /** Applies the rules to an outcome. */
    Outcome placed(Outcome outcome) {
      if (!(outcome instanceof Outcome.Kept pair)) {
        return outcome;
      }
      Optional<Outcome.Rejected> rejected = repeats.rejected(pair);
      if (rejected.isPresent()) {
        return rejected.get();
      }
      if (differs(pair.x(), shapeX) || differs(pair.y(), shapeY)) {
        return DuplicatePairs.rejected(
            pair,
            RejectReason.OTHER_SHAPE,
            "%s and %s, where most are %s and %s"
                .formatted(pair.x().value().shape(), pair.y().value().shape(), shapeX, shapeY));
      }
      if (Arrays.binarySearch(straddling, pair.ordinal()) >= 0) {
        return DuplicatePairs.rejected(
            pair, RejectReason.STRADDLES_SPLITS, "its picture stands in another split already");
      }
      return new Outcome.Placed(plan.of(pair), pair);
    }

    private static boolean differs(Outcome.SideValue side, List<Integer> shape) {
      return !side.value().shape().equals(shape);
    }

    DatasetCard.Duplicates duplicates() {
      return repeats.duplicates();
    }
  }

  /** The rules, after {@link #find}. */
  Rules rules() {
    return rules;
  }

  /** Finds the rules from all pairs. */
  void find(JavaRDD<Outcome.Kept> pairs) {
    if (!source.mayRepeat()) {
      pairs.count();
      rules =
          new Rules(DuplicatePairs.NONE, plan(), shape(source.x()), shape(source.y()), new long[0]);
      return;
    }
    Optional<Dataset<Row>> shards = before.map(this::shards);
    DuplicatePairs repeats =
        DuplicatePairs.find(
            pairs,
            shards
                .map(all -> all.select(PairSchema.KEY).as(Encoders.STRING()).javaRDD())
                .orElseGet(JavaSparkContext.fromSparkContext(spark.sparkContext())::emptyRDD),
            settings.dropDuplicates());
    JavaRDD<Outcome.Kept> distinct = pairs.filter(pair -> repeats.rejected(pair).isEmpty());
    SplitPlan plan = shards.map(all -> plan().keeping(names(all, distinct))).orElse(plan());
    boolean several =
        source.x().modality() == Modality.IMAGE && source.y().modality() == Modality.IMAGE;
    if (several || settings.input().groupBy().isPresent()) {
      plan = plan.joining(distinct);
    }
    if (settings.stratify()) {
      plan = plan.stratifying(spark, distinct);
    }
    SplitPlan found = plan;
    rules =
        new Rules(
            repeats,
            plan,
            shapeX(distinct),
            shapeY(distinct),
            shards.map(all -> straddling(all, distinct, found)).orElse(new long[0]));
  }

  private SplitPlan plan() {
    return SplitPlan.of(settings.split(), settings.seed());
  }

  private List<Integer> shapeX(JavaRDD<Outcome.Kept> pairs) {
    if (reading.isPresent()) {
      return Reading.shape(reading.get().x(), settings.image().size());
    }
    return before
        .map(there -> shape(source.x(), there.card().x()))
        .orElseGet(() -> shape(source.x(), pairs.map(Outcome.Kept::x)));
  }

  private List<Integer> shapeY(JavaRDD<Outcome.Kept> pairs) {
    if (reading.isPresent()) {
      return Reading.shape(reading.get().y(), settings.image().size());
    }
    return before
        .map(there -> shape(source.y(), there.card().y()))
        .orElseGet(() -> shape(source.y(), pairs.map(Outcome.Kept::y)));
  }

  private List<Integer> shape(SourceSide side, Side there) {
    requireSame(side, there);
    return isShapeSet(side) ? shape(side) : there.shape();
  }

  private List<Integer> shape(SourceSide side, JavaRDD<Outcome.SideValue> values) {
    if (isShapeSet(side)) {
      return shape(side);
    }
    return values
        .map(value -> List.copyOf(value.value().shape()))
        .countByValue()
        .entrySet()
        .stream()
        .max(
            Map.Entry.<List<Integer>, Long>comparingByValue()
                .thenComparing(entry -> entry.getKey().toString(), Comparator.naturalOrder()))
        .map(Map.Entry::getKey)
        .orElse(List.of());
  }

  /** Whether the settings, and not the pictures, determine the shape. */
  private boolean isShapeSet(SourceSide side) {
    return side.modality() != Modality.IMAGE
        || settings.image().resize().isSquare()
        || settings.backbones().image().isPresent();
  }

  private List<Integer> shape(SourceSide side) {
    int size = settings.image().size();
    return side.modality() == Modality.IMAGE ? List.of(size, size, Moments.CHANNELS) : List.of();
  }

  private void requireSame(SourceSide side, Side there) {
    boolean same =
        side.modality() == there.read()
            && (side.modality() != Modality.VECTOR || there.size() == side.columns());
    if (!same) {
      throw FathomException.data(
          "the dataset holds %s %s on a side, and what is to be appended has %s of %d columns there",
          there.modality(), there.shape(), side.modality(), side.columns());
    }
  }

  private Dataset<Row> shards(PrepareJob.Existing there) {
    DatasetFiles files = there.files();
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    StructType schema = PairSchema.pairs(there.card().x().modality(), there.card().y().modality());
    return Arrays.stream(Split.values())
        .filter(split -> storage.exists(files.shards(split)))
        .map(
            split ->
                spark
                    .read()
                    .schema(schema)
                    .parquet(files.shards(split).toString())
                    .withColumn(PairSchema.SPLIT, lit(split.directory())))
        .reduce(Dataset::union)
        .orElseThrow();
  }

  /** The splits of existing groups or pictures that get new pairs. */
  private Map<String, Split> names(Dataset<Row> shards, JavaRDD<Outcome.Kept> pairs) {
    boolean grouped = settings.input().groupBy().isPresent();
    Dataset<Row> wanted =
        spark.createDataFrame(
            pairs.map(Outcome.Kept::name).distinct().map(name -> RowFactory.create(name)),
            new StructType().add("name", DataTypes.StringType));
    Dataset<Row> there =
        shards
            .select(
                (grouped ? col(PairSchema.GROUP) : lower(hex(col(PairSchema.DIGEST)))).as("name"),
                col(PairSchema.SPLIT))
            .distinct();
    Map<String, Split> splits = new HashMap<>();
    DuplicatePairs.few(there.join(wanted, "name").select("name", PairSchema.SPLIT))
        .forEach(row -> splits.put(row.getString(0), split(row.getString(1))));
    return splits;
  }

  private static Split split(String directory) {
    return Arrays.stream(Split.values())
        .filter(split -> split.directory().equals(directory))
        .findFirst()
        .orElseThrow();
  }

  /** The pairs whose picture is already in another split. */
  private long[] straddling(Dataset<Row> shards, JavaRDD<Outcome.Kept> pairs, SplitPlan plan) {
    StructType schema =
        new StructType()
            .add(PairSchema.DIGEST, DataTypes.BinaryType)
            .add("to", DataTypes.StringType)
            .add("ordinal", DataTypes.LongType);
    Dataset<Row> added =
        spark.createDataFrame(
            pairs.flatMap(
                pair ->
                    pair.pictures().stream()
                        .map(
                            picture ->
                                RowFactory.create(
                                    picture.bytes(), plan.of(pair).directory(), pair.ordinal()))
                        .iterator()),
            schema);
    return DuplicatePairs.few(
            shards
                .select(PairSchema.DIGEST, PairSchema.SPLIT)
                .where(col(PairSchema.DIGEST).isNotNull())
                .distinct()
                .join(added, PairSchema.DIGEST)
                .where(col(PairSchema.SPLIT).notEqual(col("to")))
                .select("ordinal")
                .distinct())
        .stream()
        .mapToLong(row -> row.getLong(0))
        .sorted()
        .toArray();
  }
}
