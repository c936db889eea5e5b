// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import dev.fathom.prepare.ShardLayout.Place;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

class ShuffledPairsTest {
  private static final ClassTag<Object> ANY = ClassTag$.MODULE$.Object();
  private static final long SEED = 7;

  private final SerializerInstance format = new ShuffledPairs.Format().newInstance();

  private static Outcome.Placed placed(String key, int i) {
    Outcome.SideValue side =
        new Outcome.SideValue(
            new DecodedValue.Vector(new double[] {i, -i}), "", Digest.of("side " + i));
    return new Outcome.Placed(
        i % 2 == 0 ? Split.TRAIN : Split.TEST, new Outcome.Kept(key, i, side, side, "", ""));
  }

  private static List<Tuple2<Place, PackedPair>> pairs() {
    List<Tuple2<Place, PackedPair>> pairs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Outcome.Placed placed = placed("key " + i, i);
      pairs.add(new Tuple2<>(Place.of(placed, SEED), PackedPair.of(placed.pair())));
    }
    return pairs;
  }

  private byte[] written(List<Tuple2<Place, PackedPair>> pairs) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SerializationStream out = format.serializeStream(bytes)) {
      for (Tuple2<Place, PackedPair> pair : pairs) {
        out.writeKey(pair._1(), ANY);
        out.writeValue(pair._2(), ANY);
        out.flush();
      }
    }
    return bytes.toByteArray();
  }

  private static void assertSame(Object place, Object pair, Tuple2<Place, PackedPair> expected) {
    assertThat(place).isEqualTo(expected._1());
    assertThat(bytes((PackedPair) pair)).isEqualTo(bytes(expected._2()));
  }

  private static byte[] bytes(PackedPair pair) {
    return Arrays.copyOfRange(pair.bytes(), pair.from(), pair.from() + pair.length());
  }

  @Test
  void pairsComeBackWithTheirPlacesAndTheStreamIsClosedAtItsEnd() {
    List<Tuple2<Place, PackedPair>> pairs = pairs();
    AtomicBoolean closed = new AtomicBoolean();
    ByteArrayInputStream in =
        new ByteArrayInputStream(written(pairs)) {
          @Override
          public void close() {
            closed.set(true);
          }
        };

    var read = format.deserializeStream(in).asKeyValueIterator();
    for (Tuple2<Place, PackedPair> pair : pairs) {
      assertThat(read.hasNext()).isTrue();
      assertThat(closed).isFalse();
      Tuple2<Object, Object> next = read.next();
      assertSame(next._1(), next._2(), pair);
    }

    assertThat(read.hasNext()).isFalse();
    assertThat(closed).isTrue();
    assertThat(read.hasNext()).isFalse();
  }

  @Test
  void keysAndValuesAreReadInTurn() {
    List<Tuple2<Place, PackedPair>> pairs = pairs();
    DeserializationStream in = format.deserializeStream(new ByteArrayInputStream(written(pairs)));

    for (Tuple2<Place, PackedPair> pair : pairs) {
      assertSame(in.readKey(ANY), in.readValue(ANY), pair);
    }
  }

  @Test
  void recordsThatWereWrittenApartMayStandTogether() {
    List<Tuple2<Place, PackedPair>> pairs = pairs();
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(written(pairs.subList(100, 300)));
    joined.writeBytes(written(pairs.subList(0, 100)));

    var read =
        format
            .deserializeStream(new ByteArrayInputStream(joined.toByteArray()))
            .asKeyValueIterator();
    int count = 0;
    for (; read.hasNext(); read.next()) {
      count++;
    }

    assertThat(count).isEqualTo(300);
    assertThat(new ShuffledPairs.Format().supportsRelocationOfSerializedObjects()).isTrue();
  }

  @Test
  void pairsOfAShardAreSortedByTheirPlacesThenByTheirKeys() {
    Tally tally = new Tally();
    List<Tuple2<Place, PackedPair>> pairs = new ArrayList<>();
    List<Tuple2<Place, String>> expected = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      Outcome.Placed placed = placed("key " + (i * 7919) % 2000, i);
      tally.add(placed);
      // Each place is that of four pairs.
      Place place = new Place(placed.split(), Place.of(placed("" + i / 8, i), SEED).order());
      pairs.add(new Tuple2<>(place, PackedPair.of(placed.pair())));
      expected.add(new Tuple2<>(place, placed.pair().key()));
    }
    expected.sort(
        Comparator.<Tuple2<Place, String>, Split>comparing(pair -> pair._1().split())
            .thenComparing(pair -> pair._1().order())
            .thenComparing(Tuple2::_2));

    List<Outcome.Placed> sorted =
        ShuffledPairs.of(
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext())
                    .parallelize(List.of(0, 1), 2)
                    .flatMapToPair(
                        half -> pairs.subList(1000 * half, 1000 * (half + 1)).iterator()),
                ShardLayout.ofPairs(tally, 300))
            .collect();

    assertThat(sorted.stream().map(placed -> placed.pair().key()).toList())
        .isEqualTo(expected.stream().map(Tuple2::_2).toList());
    assertThat(sorted)
        .allMatch(placed -> (placed.split() == Split.TRAIN) == (placed.pair().ordinal() % 2 == 0));
  }
}
