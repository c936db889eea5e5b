// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.lang3.SerializationUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackedPairTest {
  static List<DecodedValue> values() {
    return List.of(
        new DecodedValue.Vector(new double[] {1, -0.5, Double.MAX_VALUE}),
        new DecodedValue.Pixels(new byte[] {1, 2, 3}, 1, 1),
        new DecodedValue.PixelSums(new long[] {1, 2, 3}, new long[] {1, 4, 9}, 1, 1),
        new DecodedValue.Text(new ArrayList<>(List.of("ein", "Wort"))),
        new DecodedValue.Caption("a word", 8),
        new DecodedValue.Features(new float[] {0.5f}, 1, new byte[] {7}, 32));
  }

  @ParameterizedTest
  @MethodSource("values")
  void aPairComesBackAsItWent(DecodedValue value) {
    Outcome.Kept pair =
        new Outcome.Kept(
            "k\u00e9y" + "x".repeat(100_000),
            1L << 40,
            new Outcome.SideValue(value, "source", Digest.of("content")),
            new Outcome.SideValue(value, "", null),
            "label",
            "group");
    Outcome.Placed placed = new Outcome.Placed(Split.TEST, pair);

    assertThat(SerializationUtils.clone(pair)).usingRecursiveComparison().isEqualTo(pair);
    assertThat(SerializationUtils.clone(placed)).usingRecursiveComparison().isEqualTo(placed);
  }
}
