// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.common.FathomException;
import dev.fathom.common.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir private Path directory;

  @Test
  void whatIsReadIsWhatWasWritten() {
    Checkpoints checkpoints = checkpoints();
    TrainingState state = state(7);

    checkpoints.write(state);

    TrainingState read = checkpoints.read(checkpoints.newest().orElseThrow());
    assertThat(read.round()).isEqualTo(7);
    assertThat(read.step()).isEqualTo(35);
    assertThat(read.temperature()).isEqualTo(state.temperature());
    assertThat(read.weights().parameters()).isEqualTo(state.weights().parameters());
    assertThat(read.weights().first()).isEqualTo(state.weights().first());
    assertThat(read.weights().second()).isEqualTo(state.weights().second());
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
  void aBrokenFileIsNamed() throws Exception {
    Checkpoints checkpoints = checkpoints();
    checkpoints.write(state(1));
    Path file = directory.resolve("round-00000001.safetensors");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
    Files.deleteIfExists(directory.resolve(".round-00000001.safetensors.crc"));

    assertThatThrownBy(() -> checkpoints.read(checkpoints.newest().orElseThrow()))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("round-00000001.safetensors is not a checkpoint");
  }

  private Checkpoints checkpoints() {
    return new Checkpoints(
        new Storage(new Configuration()), new org.apache.hadoop.fs.Path(directory.toString()));
  }

  private static TrainingState state(int round) {
    Weights weights =
        new Weights(
            new float[] {1, -2, 3.5f}, new float[] {0.1f, 0, 1e-30f}, new float[] {4, 5, 6});
    return new TrainingState(
        round, 5L * round, weights, new GlobalTemperature.State(-2.5, 0.1, 0.2, 5L * round));
  }
}
