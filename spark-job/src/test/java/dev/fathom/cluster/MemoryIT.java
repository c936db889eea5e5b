// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.NpyWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Far more pairs than an executor's heap would hold. */
class MemoryIT {
  /** Wide pairs, as a few hundred thousand of them are many megabytes: 480 of them to train on. */
  private static final int PAIRS = 606_000;

  private static final int COLUMNS = 100;

  @TempDir private Path directory;

  @Test
  void anExecutorOf600MegabytesTrainsPairsOf480() throws Exception {
    Path pairs = Files.createDirectory(directory.resolve("pairs"));
    writeMatrix(pairs.resolve("left.npy"), 1);
    writeMatrix(pairs.resolve("right.npy"), 2);
    Path data = directory.resolve("data");
    Jobs jobs = new Jobs(directory.resolve("jobs"));
    jobs.submit(
            "local[2]",
            List.of(
                "prepare",
                "--input",
                pairs.toString(),
                "--output",
                data.toString(),
                "--set",
                "input.x=left.npy",
                "--set",
                "input.y=right.npy",
                "--set",
                "split.train=0.99",
                "--set",
                "split.validation=0.005",
                "--set",
                "split.test=0.005"))
        .finish();
    Training training = new Training(data.toString(), directory.resolve("output").toString());
    jobs.flags("-XX:+UseG1GC").set("spark.executor.memory", "600m");
    try (StandaloneCluster cluster = new StandaloneCluster(directory.resolve("cluster"), 1)) {
      jobs.submit(
              cluster.url(),
              List.of(
                  "train",
                  "--data",
                  data.toString(),
                  "--output",
                  training.output(),
                  "--set",
                  "training.epochs=1",
                  "--set",
                  "training.batchSize=1000"))
          .finish();
    }

    assertThat(training.isComplete()).isTrue();
  }

  private static void writeMatrix(Path file, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    float[] row = new float[COLUMNS];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      NpyWriter matrix = new NpyWriter(out, PAIRS, COLUMNS);
      for (int i = 0; i < PAIRS; i++) {
        for (int c = 0; c < COLUMNS; c++) {
          row[c] = (float) random.nextDouble();
        }
        matrix.add(row);
      }
      matrix.end();
    }
  }
}
