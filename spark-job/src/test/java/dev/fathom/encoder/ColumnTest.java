// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.lang3.SerializationUtils;
import org.junit.jupiter.api.Test;

class ColumnTest {
  /** Wide rows, of which a chunk holds two. */
  private static final int WIDTH = 400_000;

  private static final int[] SELECTED = {4, 0, 3, 3, 2};

  @Test
  void selectedRowsAreThoseThatWereNamedWhateverChunkTheyLieIn() {
    ColumnBuilder builder = new ColumnBuilder(side(Modality.VECTOR, WIDTH));
    for (int row = 0; row < 5; row++) {
      float[] values = new float[WIDTH];
      values[0] = row;
      values[WIDTH - 1] = 10 + row;
      builder.add(values);
    }
    Column.Numbers selected = (Column.Numbers) builder.build().select(SELECTED);

    assertThat(selected.size()).isEqualTo(SELECTED.length);
    for (int i = 0; i < SELECTED.length; i++) {
      float[] values = new float[WIDTH];
      selected.copyRow(i, values, 0);
      assertThat(values[0]).isEqualTo(SELECTED[i]);
      assertThat(values[WIDTH - 1]).isEqualTo(10 + SELECTED[i]);
    }
  }

  @Test
  void imagesAndTextsAreSelectedLikewise() {
    ColumnBuilder images =
        new ColumnBuilder(
            new Side(
                Modality.IMAGE,
                List.of(1, 1, 3),
                List.of(0.0, 0.0, 0.0),
                List.of(1.0, 1.0, 1.0),
                List.of()));
    ColumnBuilder texts = new ColumnBuilder(side(Modality.TEXT, 3));
    for (int row = 0; row < 5; row++) {
      images.add(new byte[] {(byte) row, 0, (byte) (2 * row)});
      texts.add(IntStream.range(0, row % 3 + 1).map(i -> 7).toArray());
    }
    Column.Numbers selectedImages = (Column.Numbers) images.build().select(SELECTED);
    Column.Tokens selectedTexts = (Column.Tokens) texts.build().select(SELECTED);

    for (int i = 0; i < SELECTED.length; i++) {
      float[] image = new float[3];
      selectedImages.copyRow(i, image, 0);
      assertThat(image).containsExactly(SELECTED[i] / 255f, 0, 2 * SELECTED[i] / 255f);
      assertThat(selectedTexts.copyRow(i, new int[3], 0)).isEqualTo(SELECTED[i] % 3 + 1);
    }
  }

  @Test
  void whatIsSentElsewhereArrivesAsItWas() {
    ColumnBuilder vectors = new ColumnBuilder(side(Modality.VECTOR, WIDTH));
    ColumnBuilder texts = new ColumnBuilder(side(Modality.TEXT, 3));
    ColumnBuilder images =
        new ColumnBuilder(
            new Side(
                Modality.IMAGE,
                List.of(1, 1, 3),
                List.of(0.5, 0.5, 0.5),
                List.of(1.0, 2.0, 4.0),
                List.of()));
    for (int row = 0; row < 5; row++) {
      float[] values = new float[WIDTH];
      values[row] = row;
      values[WIDTH - 1] = 10 + row;
      vectors.add(values);
      texts.add(new int[] {row, 7});
      images.add(new byte[] {(byte) row, -1, (byte) (2 * row)});
    }
    Column text = SerializationUtils.roundtrip(texts.build());
    Column.Numbers image = (Column.Numbers) SerializationUtils.roundtrip(images.build());

    Column.Numbers sent = (Column.Numbers) SerializationUtils.roundtrip(vectors.build());
    assertThat(sent.size()).isEqualTo(5);
    for (int row = 0; row < 5; row++) {
      float[] values = new float[WIDTH];
      sent.copyRow(row, values, 0);
      assertThat(values[row]).isEqualTo(row);
      assertThat(values[WIDTH - 1]).isEqualTo(10 + row);
    }
    int[] tokens = new int[3];
    assertThat(((Column.Tokens) text).copyRow(4, tokens, 0)).isEqualTo(2);
    assertThat(tokens).containsExactly(4, 7, 0);
    float[] pixel = new float[3];
    image.copyRow(4, pixel, 0);
    assertThat(pixel).containsExactly(4 / 255f - 0.5f, 0.25f, (8 / 255f - 0.5f) / 4);
  }

  private static Side side(Modality modality, int width) {
    return new Side(modality, List.of(width), List.of(), List.of(), List.of());
  }
}
