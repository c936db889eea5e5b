// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

class ShuffledPairsTest {
  private static final ClassTag<Object> ANY = ClassTag$.MODULE$.Object();

  private final SerializerInstance format = new ShuffledPairs.Format().newInstance();

  private static List<Tuple2<ShardLayout.Place, Outcome.Placed>> pairs() {
    List<Tuple2<ShardLayout.Place, Outcome.Placed>> pairs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Outcome.SideValue side =
          new Outcome.SideValue(
              new DecodedValue.Vector(new double[] {i, -i}), "", Digest.of("side " + i));
      Outcome.Placed placed =
          new Outcome.Placed(
              i % 2 == 0 ? Split.TRAIN : Split.TEST,
              new Outcome.Kept("key " + i, i, side, side, "", ""));
      pairs.add(new Tuple2<>(ShardLayout.Place.of(placed, 7), placed));
    }
    return pairs;
  }

  private byte[] written(List<Tuple2<ShardLayout.Place, Outcome.Placed>> pairs) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SerializationStream out = format.serializeStream(bytes)) {
      for (Tuple2<ShardLayout.Place, Outcome.Placed> pair : pairs) {
        out.writeKey(pair._1(), ANY);
        out.writeValue(pair._2(), ANY);
        out.flush();
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void pairsComeBackWithTheirPlacesAndTheStreamIsClosedAtItsEnd() {
    List<Tuple2<ShardLayout.Place, Outcome.Placed>> pairs = pairs();
    AtomicBoolean closed = new AtomicBoolean();
    ByteArrayInputStream in =
        new ByteArrayInputStream(written(pairs)) {
          @Override
          public void close() {
            closed.set(true);
          }
        };

    var read = format.deserializeStream(in).asKeyValueIterator();
    List<Object> all = new ArrayList<>();
    while (read.hasNext()) {
      assertThat(closed).isFalse();
      all.add(read.next());
    }

    assertThat(all).usingRecursiveComparison().isEqualTo(pairs);
    assertThat(closed).isTrue();
    assertThat(read.hasNext()).isFalse();
  }

  /** As a sort reads back what it spilt. */
  @Test
  void keysAndValuesAreReadInTurn() {
    List<Tuple2<ShardLayout.Place, Outcome.Placed>> pairs = pairs();
    DeserializationStream in = format.deserializeStream(new ByteArrayInputStream(written(pairs)));

    for (Tuple2<ShardLayout.Place, Outcome.Placed> pair : pairs) {
      assertThat(in.readKey(ANY)).isEqualTo(pair._1());
      assertThat(in.readValue(ANY)).usingRecursiveComparison().isEqualTo(pair._2());
    }
  }

  @Test
  void recordsThatWereWrittenApartMayStandTogether() {
    List<Tuple2<ShardLayout.Place, Outcome.Placed>> pairs = pairs();
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
}
