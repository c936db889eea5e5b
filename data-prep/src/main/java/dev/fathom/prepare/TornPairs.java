// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Split;
import dev.fathom.random.RandomStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import scala.Tuple2;

/** Tears pairs apart on purpose, if the settings ask for it. */
final class TornPairs {
  private final PrepareSettings settings;

  TornPairs(PrepareSettings settings) {
    this.settings = settings;
  }

  /** Whether any pairs are torn apart. */
  boolean any() {
    return settings.shufflePairs() || settings.mismatchedPairs() > 0;
  }

  /**
   * Returns the pairs with some or all of them torn apart. Unless all are, the validation and test
   * pairs stay as they are.
   *
   * @param count number of pairs
   */
  JavaRDD<Outcome.Placed> of(JavaRDD<Outcome.Placed> pairs, long count) {
    if (settings.shufflePairs()) {
      return repaired(pairs, count);
    }
    return settings.mismatchedPairs() > 0 ? withMismatches(pairs) : pairs;
  }

  /** Tears apart a share of the training pairs; all other pairs stay as they are. */
  private JavaRDD<Outcome.Placed> withMismatches(JavaRDD<Outcome.Placed> pairs) {
    long seed = settings.seed();
    double share = settings.mismatchedPairs();
    Function<Outcome.Placed, Boolean> chosen =
        placed ->
            placed.split() == Split.TRAIN
                && RandomStream.uniform(seed, "mismatched-pairs", placed.pair().key()) < share;
    JavaRDD<Outcome.Placed> torn = pairs.filter(chosen);
    return pairs.filter(pair -> !chosen.call(pair)).union(repaired(torn, torn.count()));
  }

  /**
   * Gives every pair the second side of the next one in a random order, and the last one that of
   * the first.
   */
  private JavaRDD<Outcome.Placed> repaired(JavaRDD<Outcome.Placed> pairs, long count) {
    long salt = RandomStream.hash(settings.seed(), "shuffle-pairs");
    JavaPairRDD<Long, Outcome.Placed> ordered =
        pairs
            .sortBy(
                placed -> RandomStream.hash(salt, placed.pair().key()),
                true,
                pairs.getNumPartitions())
            .zipWithIndex()
            .mapToPair(Tuple2::swap);
    JavaPairRDD<Long, Outcome.Placed> next =
        ordered.mapToPair(pair -> new Tuple2<>((pair._1() + count - 1) % count, pair._2()));
    return ordered
        .join(next)
        .values()
        .map(
            both ->
                new Outcome.Placed(
                    both._1().split(), both._1().pair().withSecondSideOf(both._2().pair())));
  }
}
