// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.Digest;
import dev.fathom.prepare.RepeatedDigests.Kind;
import dev.fathom.prepare.RepeatedDigests.Repeat;
import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepeatedDigestsTest {
  private static final int PAIRS = 20_000;

  private static List<Outcome.Kept> pairs() {
    RandomGenerator random = RandomStream.of(1, "repeated digests");
    List<Outcome.Kept> pairs = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      pairs.add(
          new Outcome.Kept(
              "key " + random.nextInt(10 * PAIRS),
              3L * i,
              side(random.nextInt(PAIRS)),
              side(random.nextInt(40)),
              "",
              ""));
    }
    return pairs;
  }

  private static Outcome.SideValue side(int content) {
    return new Outcome.SideValue(
        new DecodedValue.VectorColumns(1), "", Digest.of(Integer.toString(content)));
  }

  private static List<Repeat> expected(
      List<Outcome.Kept> pairs, Function<Outcome.Kept, Object> by, Map<Object, Long> first) {
    List<Repeat> repeats = new ArrayList<>();
    for (Outcome.Kept pair : pairs) {
      Long known = first.putIfAbsent(by.apply(pair), pair.ordinal());
      if (known != null) {
        repeats.add(new Repeat(pair.ordinal(), known));
      }
    }
    return repeats;
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "20, 0", "1, 1000000", "20, 1000000"})
  void aRepetitionIsFoundWithTheFirstOfItsKindWhateverTheirOrder(
      int partitions, long pairsOfTasks) {
    List<Outcome.Kept> pairs = pairs();
    List<Outcome.Kept> anyOrder = new ArrayList<>(pairs.subList(PAIRS / 3, PAIRS));
    anyOrder.addAll(pairs.subList(0, PAIRS / 3));
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
    JavaRDD<Outcome.Kept> rows = spark.parallelize(anyOrder, partitions);
    JavaRDD<String> taken = spark.parallelize(List.of("key 5", pairs.get(17).key()), 2);
    Map<Object, Long> before = new HashMap<>();
    taken.collect().forEach(key -> before.put(key, RepeatedDigests.TAKEN));

    RepeatedDigests alone = RepeatedDigests.of(rows, pairsOfTasks);
    RepeatedDigests beside = RepeatedDigests.of(rows, pairsOfTasks, taken);

    List<Repeat> byPair =
        expected(pairs, pair -> List.of(pair.x().digest(), pair.y().digest()), new HashMap<>());
    List<Repeat> byKey = expected(pairs, Outcome.Kept::key, before);
    assertThat(byPair).hasSizeBetween(50, PAIRS / 2);
    assertThat(alone.repeats(Kind.PAIR)).isEqualTo(byPair);
    assertThat(alone.repeats(Kind.KEY))
        .isEqualTo(expected(pairs, Outcome.Kept::key, new HashMap<>()));
    assertThat(beside.repeats(Kind.KEY)).isEqualTo(byKey).anyMatch(repeat -> repeat.first() < 0);
    assertThat(beside.counts())
        .containsEntry(Kind.KEY, (long) byKey.size())
        .containsEntry(
            Kind.X, (long) expected(pairs, pair -> pair.x().digest(), new HashMap<>()).size())
        .containsEntry(Kind.Y, PAIRS - 40L)
        .containsEntry(Kind.PAIR, (long) byPair.size());
  }
}
