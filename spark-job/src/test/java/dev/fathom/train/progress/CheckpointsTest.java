// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.train.progress.TrainingState.Best;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.Temperature.Scalar;
import dev.fathom.train.step.Weights.Moments;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir private Path directory;

  @Test
  void whatIsReadIsWhatWasWritten() {
    TrainingState state = state(7);

    checkpoints().write(state);

    TrainingState read = checkpoints().resume().orElseThrow();
    assertThat(read).usingRecursiveComparison().isEqualTo(state);
  }

  @Test
  void aTrainingWithoutACheckpointStartsAtTheBeginning() {
    assertThat(checkpoints().resume()).isEmpty();
  }

  @Test
  void otherSettingsAreRefusedWithWhatDiffers() {
    checkpoints().write(state(1));

    assertThatThrownBy(
            () -> checkpoints(Map.of("training.epochs", "4", "model.dimension", "8")).resume())
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("round-00000001")
        .hasMessageContaining("training.epochs was 3, is 4")
        .hasMessageNotContaining("model.dimension");
  }

  @Test
  void oneOfATimeWhenABatchWasThatOfAWorkerIsRefused() {
    checkpoints().write(state(1));

    assertThatThrownBy(
            () ->
                checkpoints(
                        Map.of(
                            "training.epochs", "3",
                            "model.dimension", "8",
                            "training.mode", "global-batch"))
                    .resume())
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("training.batchSize was the batch of one worker");
  }

  @Test
  void oneOfAnotherVersionIsRefusedByItsSettingsBeforeAnythingElseIsRead() throws Exception {
    checkpoints().write(state(1));
    Path file = directory.resolve("round-00000001.safetensors");
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    // As long as before, as the header tells its own length.
    Files.writeString(file, content.replace("\"bias", "\"bios"), StandardCharsets.ISO_8859_1);
    Files.deleteIfExists(directory.resolve(".round-00000001.safetensors.crc"));

    assertThatThrownBy(() -> checkpoints(Map.of("training.objective", "info-nce")).resume())
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("is of another training");
  }

  @Test
  void thoseOfLaterRoundsThatNothingWentOnFromAreRemoved() throws Exception {
    for (int round = 8; round <= 9; round++) {
      Files.writeString(directory.resolve("round-0000000" + round + ".safetensors"), "broken");
    }
    assertThat(checkpoints().resume()).isEmpty();

    checkpoints().write(state(1));
    checkpoints().write(state(2));

    assertThat(checkpoints().resume().orElseThrow().round()).isEqualTo(2);
    assertThat(directory.toFile().list((parent, name) -> name.endsWith(".safetensors")))
        .containsExactlyInAnyOrder("round-00000001.safetensors", "round-00000002.safetensors");
  }

  @Test
  void theLastThreeAreKept() {
    Checkpoints checkpoints = checkpoints();

    for (int round = 1; round <= 5; round++) {
      checkpoints.write(state(round));
    }

    assertThat(directory.toFile().list((parent, name) -> name.endsWith(".safetensors")))
        .containsExactlyInAnyOrder(
            "round-00000003.safetensors",
            "round-00000004.safetensors",
            "round-00000005.safetensors");
  }

  @Test
  void ofTheCheckpointsTheNewestWholeOneWins() throws Exception {
    checkpoints().write(state(1));
    checkpoints().write(state(2));
    Path file = directory.resolve("round-00000002.safetensors");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
    Files.deleteIfExists(directory.resolve(".round-00000002.safetensors.crc"));
    Files.writeString(directory.resolve(".round-00000003.safetensors.unfinished"), "cut off");

    assertThat(checkpoints().resume().orElseThrow().round()).isEqualTo(1);
  }

  private Checkpoints checkpoints() {
    return checkpoints(Map.of("training.epochs", "3", "model.dimension", "8"));
  }

  private Checkpoints checkpoints(Map<String, String> settings) {
    return new Checkpoints(
        new Storage(new Configuration()),
        new org.apache.hadoop.fs.Path(directory.toString()),
        settings);
  }

  private static TrainingState state(int round) {
    return new TrainingState(
        new TrainingState.Count(round, 5L * round, 5),
        new TrainingState.Learned(
            new float[] {1, -2, 3.5f},
            List.of(
                new Moments(new float[] {0.1f, 0, 1e-30f}, new float[] {4, 5, 6}),
                new Moments(new float[] {0.2f, 0, 1e-20f}, new float[] {7, 8, 9})),
            new float[] {0.25f, 0, -1},
            new Temperature.State(
                new Scalar(-2.5, 0.1, 0.2), new Scalar(-5.5, 0.3, 0.4), 5L * round)),
        3.25,
        new TrainingState.Validations(
            Optional.of(new Best(round - 1, 0.5, -2.25, -4.5, new float[] {1, 2, 3})), 2));
  }
}
