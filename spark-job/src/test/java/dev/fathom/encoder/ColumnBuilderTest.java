// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnBuilderTest {
  @ParameterizedTest
  @CsvSource({"1, 3", "1000, 2500", "400000, 5", "3000000, 3"})
  void rowsComeBackAsTheyWentInHoweverWideTheyAre(int width, int rows) {
    ColumnBuilder builder = new ColumnBuilder(side(width));
    for (int row = 0; row < rows; row++) {
      float[] values = new float[width];
      values[0] = row;
      values[width - 1] = row + 0.5f;
      builder.add(values);
    }

    Column.Numbers column = (Column.Numbers) builder.build();

    assertThat(column.size()).isEqualTo(rows);
    float[] read = new float[width];
    for (int row = 0; row < rows; row++) {
      column.copyRow(row, read, 0);
      assertThat(read[width - 1]).isEqualTo(row + 0.5f);
    }
  }

  @ParameterizedTest
  @CsvSource("4, 5")
  void aRowOfAnotherWidthIsRefused(int width, int found) {
    assertThatThrownBy(() -> new ColumnBuilder(side(width)).add(new float[found]))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("a row of 5 numbers where dataset.json says [4]");
  }

  private static Side side(int width) {
    return new Side(Modality.VECTOR, List.of(width), List.of(), List.of(), List.of());
  }
}
