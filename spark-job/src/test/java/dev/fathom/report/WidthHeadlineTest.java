// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.width.WidthResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WidthHeadlineTest {
  @ParameterizedTest
  @CsvSource({
    "-0.01, false, were not trained to be cut off",
    "-0.01, true, though these embeddings were trained with nested widths",
    "0.01, true, First columns: better than as many at random",
    "0.01, false, First columns: better than as many at random"
  })
  void whatFirstColumnsSayDependsOnTheTraining(double low, boolean trained, String told) {
    WidthResult width =
        new WidthResult(
            WidthResult.Quality.RECALL_AT_10,
            16,
            0.5,
            100,
            100,
            100,
            0.01,
            List.of(),
            Optional.of(new WidthResult.Nested(0.02, low, 0.03)),
            trained,
            Optional.empty(),
            1);

    assertThat(WidthHeadline.of(width))
        .filteredOn(sentence -> sentence.startsWith("First columns"))
        .singleElement()
        .asString()
        .contains(told, String.format(Locale.ROOT, "(%.3f to 0.030)", low));
  }
}
