// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import dev.fathom.data.Split;
import dev.fathom.error.FathomException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * The split of each pair. It is drawn by the pair's name, which is its group, else its picture,
 * else its key. So it does not change when other pairs are added or removed. Names that share a
 * picture are drawn as one.
 */
final class SplitPlan implements Serializable {

  /*
   * Everything of one name has one place in [0, 1), and the shares cut that into splits. With a
   * group, or pictures on both sides, the same picture may stand under several names: names are
   * joined over the pictures they share, by union-find on the driver over the few names that share
   * any.
   *
   * Stratified, each label is cut by its own names: at the place of the name of rank k, where k is
   * the share of the label's names. A name of several labels counts for the first of them in their
   * order.
   */
  private static final int MOST_JOINED = 5_000_000;

  /** The cuts for a label whose names are all in the first split. */
  private static final double[] NO_CUT = {1, 1};

  private static final StructType PLACES =
      new StructType()
          .add("label", DataTypes.StringType, false)
          .add("place", DataTypes.DoubleType, false);

  private final SplitShares shares;
  private final long seed;
  private final Map<String, Split> before;
  private final Map<String, String> joined;
  private final Map<String, String> labels;
  private final Map<String, double[]> cuts;

  private SplitPlan(
      SplitShares shares,
      long seed,
      Map<String, Split> before,
      Map<String, String> joined,
      Map<String, String> labels,
      Map<String, double[]> cuts) {
    this.shares = shares;
    this.seed = seed;
    this.before = before;
    this.joined = joined;
    this.labels = labels;
    this.cuts = cuts;
  }

  /** Makes a plan that draws each name by itself. */
  static SplitPlan of(SplitShares shares, long seed) {
    return new SplitPlan(
        shares, seed, new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
  }

  /** Makes a plan in which some names have their splits already. */
  SplitPlan keeping(Map<String, Split> splits) {
    return new SplitPlan(shares, seed, new HashMap<>(splits), joined, labels, cuts);
  }

  /** Makes a plan in which names that share a picture are joined. */
  SplitPlan joining(JavaRDD<Outcome.Kept> pairs) {
    List<Tuple2<String, String>> edges =
        pairs
            .flatMapToPair(
                pair ->
                    pair.pictures().stream()
                        .map(picture -> new Tuple2<>(picture, pair.name()))
                        .iterator())
            .distinct()
            .groupByKey()
            .flatMap(
                shared -> {
                  String one = shared._2().iterator().next();
                  for (String name : shared._2()) {
                    one = lesser(one, name);
                  }
                  List<Tuple2<String, String>> others = new ArrayList<>();
                  for (String name : shared._2()) {
                    if (!name.equals(one)) {
                      others.add(new Tuple2<>(one, name));
                    }
                  }
                  return others.iterator();
                })
            .sortBy(edge -> edge._1() + "\u0000" + edge._2(), true, 1)
            .take(MOST_JOINED + 1);
    if (edges.size() > MOST_JOINED) {
      throw FathomException.data(
          "more than %d groups share pictures, so that nearly all would be in one split; group by another column",
          MOST_JOINED);
    }
    HashMap<String, String> parents = new HashMap<>();
    for (Tuple2<String, String> edge : edges) {
      String a = root(parents, edge._1());
      String b = root(parents, edge._2());
      // Two names that have their splits already cannot be joined.
      if (!a.equals(b) && !(before.containsKey(a) && before.containsKey(b))) {
        boolean aStays = before.containsKey(a) || (!before.containsKey(b) && a.compareTo(b) < 0);
        parents.put(aStays ? b : a, aStays ? a : b);
      }
    }
    HashMap<String, String> roots = new HashMap<>();
    for (String name : parents.keySet()) {
      roots.put(name, root(parents, name));
    }
    return new SplitPlan(shares, seed, before, roots, labels, cuts);
  }

  private static String root(Map<String, String> parents, String name) {
    String at = name;
    while (parents.containsKey(at)) {
      at = parents.get(at);
    }
    // Path compression for the next search.
    String walked = name;
    while (parents.containsKey(walked)) {
      String next = parents.get(walked);
      if (!next.equals(at)) {
        parents.put(walked, at);
      }
      walked = next;
    }
    return at;
  }

  /** Makes a plan that cuts each label by itself. */
  SplitPlan stratifying(SparkSession spark, JavaRDD<Outcome.Kept> pairs) {
    SplitPlan plan = this;
    JavaPairRDD<String, String> labelled =
        pairs.mapToPair(pair -> new Tuple2<>(plan.drawn(pair), pair.label())).distinct();
    HashMap<String, String> several =
        new HashMap<>(
            labelled
                .mapValues(label -> new Tuple2<>(label, label))
                .reduceByKey(
                    (a, b) -> new Tuple2<>(lesser(a._1(), b._1()), greater(a._2(), b._2())))
                .filter(of -> !of._2()._1().equals(of._2()._2()))
                .mapValues(Tuple2::_1)
                .collectAsMap());
    JavaRDD<Row> places =
        labelled
            .reduceByKey(SplitPlan::lesser)
            .map(of -> RowFactory.create(of._2(), plan.shares.place(plan.seed, of._1())));
    WindowSpec ofLabel = Window.partitionBy("label");
    List<Row> ranked =
        spark
            .createDataFrame(places, PLACES)
            .select(
                col("label"),
                col("place"),
                row_number().over(ofLabel.orderBy("place")).as("rank"),
                count(lit(1)).over(ofLabel).as("count"))
            .where(
                col("rank")
                    .equalTo(rank(col("count"), shares.train()))
                    .or(col("rank").equalTo(rank(col("count"), trainOrValidation()))))
            .collectAsList();
    HashMap<String, double[]> cut = new HashMap<>();
    for (Row row : ranked) {
      double[] of = cut.computeIfAbsent(row.getString(0), label -> NO_CUT.clone());
      if (row.getInt(2) == rank(row.getLong(3), shares.train())) {
        of[0] = row.getDouble(1);
      }
      if (row.getInt(2) == rank(row.getLong(3), trainOrValidation())) {
        of[1] = row.getDouble(1);
      }
    }
    return new SplitPlan(shares, seed, before, joined, several, cut);
  }

  private double trainOrValidation() {
    return shares.train() + shares.validation();
  }

  /** The rank, from 1, of the first name beyond a share of this many names. */
  private static Column rank(Column names, double share) {
    return floor(names.multiply(share).plus(1.5));
  }

  private static double rank(long names, double share) {
    return Math.floor(names * share + 1.5);
  }

  private static String lesser(String a, String b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  private static String greater(String a, String b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private String drawn(Outcome.Kept pair) {
    return joined.getOrDefault(pair.name(), pair.name());
  }

  /** The split of a pair. */
  Split of(Outcome.Kept pair) {
    String drawn = drawn(pair);
    Split known = before.getOrDefault(pair.name(), before.get(drawn));
    if (known != null) {
      return known;
    }
    double place = shares.place(seed, drawn);
    if (cuts.isEmpty()) {
      return shares.of(place);
    }
    double[] of = cuts.getOrDefault(labels.getOrDefault(drawn, pair.label()), NO_CUT);
    if (place < of[0]) {
      return Split.TRAIN;
    }
    return place < of[1] ? Split.VALIDATION : Split.TEST;
  }
}
