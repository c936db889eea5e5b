// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.data.PictureEncoding;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.backbone.OnnxModels;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datasets of what frozen networks say of pictures and captions. */
class FeaturesTest {
  private static final String PARTITION_BYTES = "spark.sql.files.maxPartitionBytes";
  private static final int PAIRS = 60;

  @TempDir Path temporary;

  @AfterEach
  void restoreTheSession() {
    LocalSpark.session().conf().unset(PARTITION_BYTES);
  }

  @Test
  void featuresTakeThePlaceOfPicturesAndCaptionsAndBothStayToBeShown() throws IOException {
    Path manifest = manifest("pairs.tsv", 0);

    Dataset dataset = prepare(manifest, "data", "input.standardise=false");

    Side x = dataset.card().x();
    assertThat(x.modality()).isEqualTo(Modality.VECTOR);
    assertThat(x.shape()).containsExactly(3);
    assertThat(x.frozen().orElseThrow().of()).isEqualTo(Modality.IMAGE);
    assertThat(dataset.card().y().shape()).containsExactly(384);
    assertThat(dataset.rejects())
        .containsExactly(java.util.Map.entry("broken", "unreadable-image"));
    assertThat(dataset.rows()).hasSize(PAIRS);
    for (Row row : dataset.rows()) {
      int number = Integer.parseInt(row.<String>getAs(PairSchema.KEY));
      List<Float> features = row.getList(row.fieldIndex(PairSchema.X));
      assertThat(features.get(0)).isCloseTo(number / 255f, within(1e-5f));
      assertThat(features.get(1)).isCloseTo(1, within(1e-5f));
      assertThat(row.<String>getAs(PairSchema.Y_SOURCE)).isEqualTo(caption(number));
      byte[] shown = PictureEncoding.JPEG.decode(row.getAs(PairSchema.X_PICTURE));
      assertThat(shown).hasSize(8 * 8 * 3);
      assertThat(shown[0] & 0xff).isCloseTo(number, within(4));
    }
  }

  @Test
  void theSameInputGivesTheSameBitsHoweverItIsCutAndMoreCanBeAdded() throws IOException {
    Path manifest = manifest("pairs.tsv", 0);
    Dataset whole = prepare(manifest, "whole");
    LocalSpark.session().conf().set(PARTITION_BYTES, "1000");
    Dataset cut = prepare(manifest, "cut");
    restoreTheSession(); // Shards of such parts would take thousands of tasks to read.

    assertThat(cut.card()).isEqualTo(whole.card());
    for (Split split : Split.values()) {
      assertThat(Dataset.keys(cut.rows(split))).isEqualTo(Dataset.keys(whole.rows(split)));
      assertThat(Dataset.values(cut.rows(split), "y"))
          .containsExactlyElementsOf(Dataset.values(whole.rows(split), "y").toList());
      assertThat(Dataset.values(cut.rows(split), "x"))
          .containsExactlyElementsOf(Dataset.values(whole.rows(split), "x").toList());
    }

    Prepare more =
        Dataset.stage(manifest("more.tsv", 100).toString(), temporary.resolve("cut"), settings())
            .append(true);
    assertThat(more.execute().card().counts().kept()).isEqualTo(2 * PAIRS);
    assertThat(new Dataset(temporary.resolve("cut"), cut.card()).rows()).hasSize(2 * PAIRS);
  }

  @Test
  void aNetworkOfAnotherDigestMakesAnotherDataset() throws IOException {
    Path manifest = manifest("pairs.tsv", 0);
    Path network = temporary.resolve("means.onnx");
    Dataset before = prepare(manifest, "data");
    Files.move(network, temporary.resolve("moved.onnx"));
    Prepare moved =
        Dataset.stage(
            manifest.toString(),
            temporary.resolve("data"),
            with(settings(), "image.backbone=" + temporary.resolve("moved.onnx")));

    assertThat(moved.isMade()).isTrue();
    assertThat(before.card().settings())
        .contains(" image.backbone=", " image.crop=0.0 image.filter=bilinear")
        .contains(" text.backbone=", " text.tokenizer=da0e79933b9e")
        .doesNotContain("means.onnx");
    Files.write(network, OnnxModels.channelMeans(9));
    Prepare other =
        Dataset.stage(manifest.toString(), temporary.resolve("data"), settings()).append(true);
    assertThat(other.isMade()).isFalse();
    assertThatThrownBy(other::execute)
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("made by other settings");
  }

  @Test
  void aNetworkThatNothingWouldReadIsToldBeforeAnythingIsRead() throws IOException {
    Path network = Files.write(temporary.resolve("means.onnx"), OnnxModels.channelMeans(8));

    assertThatThrownBy(
            () ->
                Dataset.of(
                    "gaussian-linear", temporary.resolve("out"), "image.backbone=" + network))
        .hasMessageContaining("gaussian-linear has no pictures");
    assertThatThrownBy(
            () -> Dataset.of("scenes", temporary.resolve("out"), "text.backbone=" + network))
        .hasMessageContaining("text.tokenizer");
  }

  private Dataset prepare(Path manifest, String output, String... more) throws IOException {
    return Dataset.of(manifest.toString(), temporary.resolve(output), with(settings(), more));
  }

  private String[] settings() throws IOException {
    Path network = temporary.resolve("means.onnx");
    if (!Files.exists(network)) {
      Files.write(network, OnnxModels.channelMeans(8));
    }
    return new String[] {
      "input.x=file",
      "input.y=caption",
      "input.key=key",
      "image.size=8",
      "image.backbone=" + network,
      "image.preprocessing=unit",
      "text.backbone=" + OnnxModels.miniLm(),
      "text.tokenizer=" + OnnxModels.miniLmTokenizer()
    };
  }

  private static String[] with(String[] settings, String... more) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  private Path manifest(String name, int from) throws IOException {
    StringBuilder lines = new StringBuilder("key\tfile\tcaption\n");
    for (int i = from; i < from + PAIRS; i++) {
      Pictures.write(temporary.resolve(i + ".png"), new Color(i, 255, 0));
      lines.append("%d\t%d.png\t%s\n".formatted(i, i, caption(i)));
    }
    if (from == 0) {
      Files.write(temporary.resolve("broken.png"), new byte[] {1, 2});
      lines.append("broken\tbroken.png\tnothing to see\n");
    }
    return Files.writeString(temporary.resolve(name), lines);
  }

  private static String caption(int number) {
    return "picture " + "so green ".repeat(number % 4).strip() + " of number " + number;
  }
}
