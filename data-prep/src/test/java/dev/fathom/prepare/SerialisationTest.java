// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.RawValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.reflect.ClassTag$;

class SerialisationTest {
  private static final Outcome.Kept KEPT =
      new Outcome.Kept(
          "a",
          7,
          new Outcome.SideValue(
              new DecodedValue.Pixels(new byte[] {1, 2, 3}, 1, 1), "a.png", new Digest(1, 2)),
          new Outcome.SideValue(
              new DecodedValue.Text(new ArrayList<>(List.of("red"))), "red", new Digest(3, 4)),
          "label",
          "");

  private static Moments moments() {
    Moments moments = Moments.none(2);
    moments.add(new DecodedValue.Vector(new double[] {1, 2}));
    moments.add(new DecodedValue.Vector(new double[] {3, -2}));
    return moments;
  }

  @ParameterizedTest
  @MethodSource
  void whatTravelsBetweenTasksTravelsByKryoToo(Object sent) {
    SerializerInstance kryo = new KryoSerializer(new SparkConf()).newInstance();

    Object received =
        kryo.deserialize(
            kryo.serialize(sent, ClassTag$.MODULE$.Object()), ClassTag$.MODULE$.Object());

    assertThat(received).usingRecursiveComparison().isEqualTo(sent);
  }

  static Stream<Object> whatTravelsBetweenTasksTravelsByKryoToo() {
    return Stream.of(
        new RawRow.Pair(
            "a", 1, new RawValue.ImageFile("file:/in", "a.png"), new RawValue.Caption("A"), "", ""),
        new RawRow.Broken("b", 2, RejectReason.RAGGED_ROW, "short"),
        new RawRow.Hidden("a", 3, 4),
        new Outcome.Hidden(5),
        new RawValue.Numbers(new double[] {1, 2}),
        new RawValue.Unusable(RejectReason.BAD_NUMBER, "x"),
        KEPT,
        new Outcome.Rejected("c", "missing-file", "none"),
        new ShardLayout.Place(Split.TRAIN, 5),
        new Outcome.Placed(Split.TEST, KEPT),
        new Tally().add(new Outcome.Placed(Split.TEST, KEPT)),
        moments(),
        new OutcomeBlock(1, new byte[] {1}),
        new RepeatedDigests.Repeat(3, 1));
  }
}
