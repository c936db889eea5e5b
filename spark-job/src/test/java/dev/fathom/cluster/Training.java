// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The training that the clusters are tried with: what it is given, and what it leaves.
 *
 * @param data the dataset
 * @param output anywhere that Hadoop reaches
 */
record Training(String data, String output) {
  /** Settings of one whose workers average. */
  static final String[] AVERAGING = {
    "training.mode=parameter-averaging", "training.epochs=40", "training.averagingPeriod=2"
  };

  /** The command that makes its dataset. */
  static List<String> prepare(String data) {
    return prepare(data, 6000);
  }

  /** The same, of more pairs. */
  static List<String> prepare(String data, int pairs) {
    return List.of(
        "prepare", "--input", "gaussian-linear", "--output", data, "--set", "input.pairs=" + pairs);
  }

  /** Its command, with settings of its own. */
  List<String> command(String... settings) {
    List<String> command = new ArrayList<>(List.of("train", "--data", data, "--output", output));
    for (String setting :
        List.of(
            "training.epochs=35",
            // A round ends with each.
            "training.validations=50",
            "training.checkpointEvery=10",
            "model.dimension=8")) {
      command.addAll(List.of("--set", setting));
    }
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    return command;
  }

  /** How many rounds are done. */
  long rounds() throws IOException {
    Path metrics = new Path(output, "metrics.jsonl");
    // The store of the tests takes a file away for a moment when it is written anew.
    try (var in = files().open(metrics)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().count();
    } catch (FileNotFoundException e) {
      return 0;
    }
  }

  boolean isComplete() throws IOException {
    return files().exists(new Path(output, "_SUCCESS"));
  }

  /** The newest checkpoint. */
  Path checkpoint() throws IOException {
    return Arrays.stream(files().listStatus(new Path(output, "checkpoints")))
        .map(FileStatus::getPath)
        .filter(path -> path.getName().matches("round-\\d+\\.safetensors"))
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** All that was trained, to the last bit. */
  byte[] parameters() throws IOException {
    assertThat(isComplete()).isTrue();
    try (var in = files().open(checkpoint())) {
      return in.readAllBytes();
    }
  }

  FileSystem files() throws IOException {
    return new Path(output).getFileSystem(new Configuration());
  }
}
