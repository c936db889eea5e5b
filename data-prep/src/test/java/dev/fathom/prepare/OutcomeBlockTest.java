// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.junit.jupiter.api.Test;

class OutcomeBlockTest {
  private static final List<DecodedValue> VALUES =
      List.of(
          new DecodedValue.Vector(new double[] {1, -0.5, Double.MAX_VALUE}),
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

  private static List<Outcome> all(Stream<Iterator<Outcome>> parts) {
    List<Outcome> all = new ArrayList<>();
    parts.forEach(part -> part.forEachRemaining(all::add));
    return all;
  }
}
