// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.io.Input;
import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.junit.jupiter.api.Test;
import scala.Tuple2;

class OutcomeBlockTest {
  private static final List<DecodedValue> VALUES =
      List.of(
          new DecodedValue.Vector(new double[] {1, -0.5, Double.MAX_VALUE}),
          new DecodedValue.Vector(new double[] {1, -0.0, 0.1f, Float.MIN_VALUE}),
          new DecodedValue.Vector(new double[] {0.1}),
          new DecodedValue.Vector(new double[] {}),
          new DecodedValue.VectorColumns(7),
          new DecodedValue.Pixels(new byte[] {1, 2, 3}, 1, 1),
          new DecodedValue.PixelSums(new long[] {1, 2, 3}, new long[] {1, 4, 9}, 1, 1),
          new DecodedValue.Text(
              new ArrayList<>(List.of("ein", "", "W\u00f6rt", "\u96ea\ud83d\ude00"))),
          new DecodedValue.Caption("a word", 8),
          new DecodedValue.Features(new float[] {0.5f}, 1, new byte[] {7}, 32));

  private static Stream<Outcome> outcomes() {
    return Stream.concat(
        Stream.of(new Outcome.Rejected("k", "missing-file", "n\u00f6"), new Outcome.Hidden(5)),
        VALUES.stream()
            .flatMap(
                value -> {
                  Outcome.Kept pair =
                      new Outcome.Kept(
                          "k\u00e9y" + "x".repeat(100_000),
                          1L << 40,
                          new Outcome.SideValue(value, "source", Digest.of("content")),
                          new Outcome.SideValue(value, "", null),
                          "label",
                          "");
                  return Stream.<Outcome>concat(
                      Stream.of(pair),
                      Stream.of(Split.values()).map(split -> new Outcome.Placed(split, pair)));
                }));
  }

  @Test
  void outcomesComeBackAsTheyWent() {
    List<Outcome> went = outcomes().toList();
    List<OutcomeBlock> blocks = new ArrayList<>();
    OutcomeBlock.pack(went.iterator()).forEachRemaining(blocks::add);

    assertThat(blocks).hasSizeGreaterThan(1);
    assertThat(all(blocks.stream().map(OutcomeBlock::outcomes)))
        .usingRecursiveComparison()
        .isEqualTo(went);
    assertThat(all(blocks.stream().map(SerializationUtils::clone).map(OutcomeBlock::outcomes)))
        .usingRecursiveComparison()
        .isEqualTo(went);
  }

  @Test
  void contentIsPassedOver() {
    List<Outcome> went = outcomes().toList();
    List<OutcomeBlock> blocks = new ArrayList<>();
    OutcomeBlock.pack(went.iterator()).forEachRemaining(blocks::add);

    assertThat(all(blocks.stream().map(OutcomeBlock::withoutContent)))
        .usingRecursiveComparison()
        .isEqualTo(went.stream().map(OutcomeBlockTest::withoutContent).toList());
  }

  private static Outcome withoutContent(Outcome outcome) {
    return outcome instanceof Outcome.Placed placed
        ? new Outcome.Placed(placed.split(), placed.pair().withoutContent())
        : outcome.withoutContent();
  }

  @Test
  void pairsThatStayGetTheirPlaces() {
    Outcome.SideValue side =
        new Outcome.SideValue(new DecodedValue.Vector(new double[] {1}), "", Digest.of("x"));
    Outcome.Kept stays = new Outcome.Kept("stays", 1, side, side, "", "");
    Outcome.Kept goes = new Outcome.Kept("goes", 2, side, side, "", "");
    OutcomeBlock block =
        OutcomeBlock.pack(List.<Outcome>of(goes, new Outcome.Hidden(1), stays).iterator()).next();

    List<Tuple2<ShardLayout.Place, PackedPair>> placed = new ArrayList<>();
    block
        .placed(
            outcome ->
                outcome instanceof Outcome.Kept pair && pair.key().equals("stays")
                    ? new Outcome.Placed(Split.TEST, pair)
                    : outcome,
            7)
        .forEachRemaining(placed::add);

    assertThat(placed).hasSize(1);
    assertThat(placed.get(0)._1())
        .isEqualTo(ShardLayout.Place.of(new Outcome.Placed(Split.TEST, stays), 7));
    PackedPair pair = placed.get(0)._2();
    assertThat(OutcomeFormat.read(new Input(pair.bytes(), pair.from(), pair.length())))
        .usingRecursiveComparison()
        .isEqualTo(stays);
  }

  private static List<Outcome> all(Stream<Iterator<Outcome>> parts) {
    List<Outcome> all = new ArrayList<>();
    parts.forEach(part -> part.forEachRemaining(all::add));
    return all;
  }
}
