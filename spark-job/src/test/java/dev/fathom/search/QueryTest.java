// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.Column;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.backbone.BackboneSettings;
import dev.fathom.prepare.backbone.ModelNetwork;
import dev.fathom.settings.Settings;
import dev.fathom.testing.TinyNetworks;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries of a model on frozen networks: they go through the network as prepare's rows do. */
class QueryTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final int SIZE = 4;
  private static final int QUARTERS = 4;

  @TempDir private Path directory;
  private Path captions;
  private Path tokenizer;
  private Path pictures;

  @BeforeEach
  void write() throws Exception {
    captions = directory.resolve("captions.onnx");
    tokenizer = directory.resolve("tokenizer.json");
    pictures = directory.resolve("pictures.onnx");
    TinyNetworks.write(directory, SIZE);
  }

  private static String sha256(Path file) throws Exception {
    return DigestUtils.sha256Hex(Files.readAllBytes(file));
  }

  private Backbone ofCaptions() throws Exception {
    return new Backbone(
        Modality.TEXT,
        captions.toString(),
        sha256(captions),
        "embedding",
        Backbone.Pooling.MEAN,
        TinyNetworks.WIDTH,
        null,
        tokenizer.toString(),
        sha256(tokenizer),
        8);
  }

  private Backbone ofPictures() throws Exception {
    return new Backbone(
        Modality.IMAGE,
        pictures.toString(),
        sha256(pictures),
        "embedding",
        Backbone.Pooling.NONE,
        3 * QUARTERS,
        new Backbone.Picture(
            SIZE,
            0,
            Backbone.Filter.BILINEAR,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0),
            false),
        null,
        null,
        0);
  }

  private static Side side(Backbone network, double mean, double deviation) {
    return new Side(
            Modality.VECTOR,
            List.of(network.columns()),
            Collections.nCopies(network.columns(), mean),
            Collections.nCopies(network.columns(), deviation),
            List.of())
        .featuresOf(network);
  }

  private static float[] row(Query query, Backbone network, double mean, double deviation) {
    BackboneSettings settings = BackboneSettings.of(List.of(network));
    Column column =
        query.row(
            side(network, mean, deviation),
            Settings.defaults(),
            Optional.of(ModelNetwork.open(STORAGE, network, settings)),
            STORAGE);
    float[] row = new float[network.columns()];
    ((Column.Numbers) column).copyRow(0, row, 0);
    return row;
  }

  @Test
  void aTextIsReadByTheTokenizerAndStandardised() throws Exception {
    float[] expected = new float[TinyNetworks.WIDTH];
    for (int token : new int[] {1, 2, 0, 5}) {
      for (int c = 0; c < expected.length; c++) {
        expected[c] += TinyNetworks.vector(token)[c] / 4;
      }
    }
    for (int c = 0; c < expected.length; c++) {
      expected[c] = (expected[c] - 0.5f) / 4;
    }

    assertThat(row(Query.text("A <b>red</b> other thing"), ofCaptions(), 0.5, 4))
        .containsExactly(expected, within(1e-6f));
  }

  @Test
  void aPictureIsReadAsTheNetworkWantsIt() throws Exception {
    BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, 0xff8000);
    Path file = directory.resolve("picture.png");
    ImageIO.write(picture, "png", file.toFile());

    // Red of the first quarter, and green.
    float[] found = row(Query.picture(file.toString()), ofPictures(), 0, 1);
    assertThat(found[0]).isCloseTo(0.25f, within(1e-6f));
    assertThat(found[QUARTERS]).isCloseTo(128 / 255f / 4, within(1e-6f));
    assertThat(found[1] + found[2 * QUARTERS]).isZero();
  }

  @Test
  void whatPrepareWouldRejectIsRefused() throws Exception {
    Backbone network = ofCaptions();

    assertThatThrownBy(() -> row(Query.text(" "), network, 0, 1))
        .isInstanceOfSatisfying(
            FathomException.class, error -> assertThat(error.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("the caption has no words");
  }

  @Test
  void aNetworkOfOtherContentIsRefused() throws Exception {
    Backbone network = ofCaptions();
    Files.write(captions, TinyNetworks.captions(18, 0, true).toByteArray());

    assertThatThrownBy(() -> row(Query.text("a"), network, 0, 1))
        .isInstanceOfSatisfying(
            FathomException.class, error -> assertThat(error.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining("is not the file that the model was trained on");
  }
}
