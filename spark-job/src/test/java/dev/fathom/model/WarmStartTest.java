// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.EncoderKind;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import dev.fathom.testing.EncoderCase;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a training takes over from an earlier model. */
class WarmStartTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final int DIMENSION = 3;
  private static final int WIDTH = 4;
  private static final List<String> BEFORE = List.of("<unknown>", "red", "green", "blue");
  private static final List<String> NOW = List.of("<unknown>", "blue", "yellow", "red", "pink");

  @TempDir private Path directory;

  private DatasetCard now;

  @BeforeEach
  void card() {
    now = card(EncoderCase.image(6, 6), text(5, NOW));
  }

  private static Side text(int tokens, List<String> words) {
    return new Side(Modality.TEXT, List.of(tokens), List.of(), List.of(), words);
  }

  private static DatasetCard card(Side x, Side y) {
    return new DatasetCard(
        DatasetCard.SCHEMA_VERSION,
        "test",
        "f",
        1,
        Optional.empty(),
        false,
        x,
        y,
        new DatasetCard.Counts(1, 0, 1, 0, 0),
        Map.of(),
        null,
        "size=6",
        null);
  }

  private static EncoderSpec spec(String kind, int dimension) {
    List<Integer> hidden =
        switch (kind) {
          case "token-bag" -> List.of(WIDTH, 5);
          case "transformer" -> List.of(WIDTH, 2, 5, 1);
          default -> List.of(4, 6);
        };
    return new EncoderSpec(EncoderKind.of(kind), hidden, dimension);
  }

  private ModelSettings settings(String x, String y, int dimension, boolean warm) {
    Optional<String> from = Optional.of(directory.toString()).filter(path -> warm);
    return new ModelSettings(
        SimilarityKind.COSINE,
        16,
        spec(x, dimension),
        spec(y, dimension),
        List.of(),
        new WarmStart(from, from));
  }

  /** Saves a model of random parameters. */
  private TrainedModel save(String x, String y) {
    DatasetCard before = card(EncoderCase.image(6, 6), text(5, BEFORE));
    ModelSettings settings = settings(x, y, DIMENSION, false);
    Towers towers = settings.build(before, STORAGE);
    TrainedModel model = new TrainedModel(towers, towers.initialParameters(77), 1, 1);
    new ModelFiles(STORAGE, new org.apache.hadoop.fs.Path(directory.toString()))
        .write(model, settings, before, 0.05, 0, 77, Map.of());
    return model;
  }

  @ParameterizedTest
  @CsvSource({"convolution, token-bag", "residual, transformer", "dense, token-bag"})
  void everythingIsTakenOverAndOfWordsThoseThatBothKnow(String x, String y) {
    TrainedModel earlier = save(x, y);
    ModelSettings cold = settings(x, y, DIMENSION, false);
    Towers towers = cold.build(now, STORAGE);

    float[] start = settings(x, y, DIMENSION, true).initialParameters(towers, now, STORAGE, 5);

    int offset = towers.yOffset();
    assertThat(Arrays.copyOf(start, offset)).isEqualTo(Arrays.copyOf(earlier.parameters(), offset));
    float[] random = towers.initialParameters(5);
    for (int word = 0; word < NOW.size(); word++) {
      int was = BEFORE.indexOf(NOW.get(word));
      for (int c = 0; c < WIDTH; c++) {
        int at = offset + c * NOW.size() + word;
        assertThat(start[at])
            .as("%s, %d", NOW.get(word), c)
            .isEqualTo(
                was < 0 ? random[at] : earlier.parameters()[offset + c * BEFORE.size() + was]);
      }
    }
    assertThat(Arrays.copyOfRange(start, offset + WIDTH * NOW.size(), start.length))
        .isEqualTo(
            Arrays.copyOfRange(
                earlier.parameters(), offset + WIDTH * BEFORE.size(), earlier.parameters().length));
  }

  @Test
  void withoutTheKeysNothingIsOtherwise() {
    ModelSettings cold = settings("convolution", "token-bag", DIMENSION, false);
    Towers towers = cold.build(now, STORAGE);

    assertThat(cold.initialParameters(towers, now, STORAGE, 5))
        .isEqualTo(towers.initialParameters(5));
    assertThat(Settings.defaults().effective()).doesNotContainKeys("model.x.init", "model.y.init");
  }

  @Test
  void theKeysNameTheDirectories() {
    Settings settings = Settings.of("", List.of(), List.of("model.x.init=a", "model.y.init=b"));

    assertThat(ModelSettings.of(settings).start().inputs())
        .containsOnly(Map.entry("model.x.init", "a"), Map.entry("model.y.init", "b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "residual; token-bag; 3; model.x.init = HERE does not fit: its encoder is convolution, and residual is asked for",
        "convolution; transformer; 3; model.y.init = HERE does not fit: its encoder is token-bag, and transformer is asked for",
        "convolution; token-bag; 9; model.x.init = HERE does not fit: its dimension is 3, and 9 is asked for",
      })
  void whatDoesNotFitIsNamed(String x, String y, int dimension, String told) {
    save("convolution", "token-bag");
    refused(settings(x, y, dimension, true), now, told);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6})
  void anotherShapeOfTheInputIsNamed(int size) {
    save("convolution", "transformer");
    refused(
        settings("convolution", "transformer", DIMENSION, true),
        card(EncoderCase.image(size, size), text(5, NOW.subList(0, 2))),
        size == 6 ? "" : "the shape of its input is [6, 6, 3], and [4, 4, 3] is asked for");
    refused(
        settings("convolution", "transformer", DIMENSION, true),
        card(EncoderCase.image(6, 6), text(size, NOW)),
        "the shape of its input is [5], and [%d] is asked for".formatted(size));
  }

  private void refused(ModelSettings warm, DatasetCard card, String told) {
    Towers towers = warm.build(card, STORAGE);
    if (told.isEmpty()) {
      assertThat(warm.initialParameters(towers, card, STORAGE, 5)).hasSize(towers.parameterCount());
      return;
    }
    assertThatThrownBy(() -> warm.initialParameters(towers, card, STORAGE, 5))
        .isInstanceOfSatisfying(
            FathomException.class, error -> assertThat(error.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(told.replace("HERE", directory.toString()));
  }
}
