// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.ColumnBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchChunksTest {
  private static final int WIDTH = 300_000;
  private static final Side SIDE =
      new Side(Modality.VECTOR, List.of(WIDTH), List.of(), List.of(), List.of());

  @TempDir private Path directory;

  @Test
  void aColumnInAFileReadsAsOneOnTheHeapAndItsFileIsGone() throws IOException {
    Column.Numbers mapped;
    Column.Numbers selected;
    try (ScratchChunks store = new ScratchChunks(directory.resolve("rows"));
        ScratchChunks other = new ScratchChunks(directory.resolve("selected"))) {
      mapped = (Column.Numbers) filled(new ColumnBuilder(SIDE, store));
      selected = (Column.Numbers) mapped.select(new int[] {6, 1, 6}, other);
    }
    Column.Numbers heap = (Column.Numbers) filled(new ColumnBuilder(SIDE));

    assertThat(directory).isEmptyDirectory();
    assertThat(mapped.size()).isEqualTo(heap.size());
    for (int row = 0; row < heap.size(); row++) {
      assertThat(row(mapped, row)).isEqualTo(row(heap, row));
    }
    assertThat(row(selected, 0)).isEqualTo(row(heap, 6));
    assertThat(row(selected, 1)).isEqualTo(row(heap, 1));
    assertThat(row(selected, 2)).isEqualTo(row(heap, 6));
  }

  @Test
  void aColumnOfNothingIsNothing() throws IOException {
    try (ScratchChunks store = new ScratchChunks(directory.resolve("rows"))) {
      assertThat(new ColumnBuilder(SIDE, store).build().size()).isZero();
    }
  }

  /** Seven rows, of which a chunk holds three. */
  private static Column filled(ColumnBuilder builder) {
    IntStream.range(0, 7)
        .forEach(
            row -> {
              float[] values = new float[WIDTH];
              values[row] = row;
              values[WIDTH - 1] = 10 + row;
              builder.add(values);
            });
    return builder.build();
  }

  private static float[] row(Column.Numbers column, int row) {
    float[] values = new float[WIDTH];
    column.copyRow(row, values, 0);
    return values;
  }
}
