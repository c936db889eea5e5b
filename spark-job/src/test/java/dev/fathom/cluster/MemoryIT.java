// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Far more pairs than an executor's heap would hold. */
class MemoryIT {
  @TempDir private Path directory;

  @Test
  void anExecutorOf600MegabytesTrainsThreeMillionPairs() throws Exception {
    Path data = directory.resolve("data");
    Jobs jobs =
        new Jobs(directory.resolve("jobs"))
            .flags("-XX:+UseG1GC")
            .set("spark.executor.memory", "600m");
    jobs.submit(
            "local[2]",
            List.of(
                "prepare",
                "--input",
                "gaussian-linear",
                "--output",
                data.toString(),
                "--set",
                "input.pairs=3030000",
                "--set",
                "split.train=0.99",
                "--set",
                "split.validation=0.005",
                "--set",
                "split.test=0.005"))
        .finish();
    Training training = new Training(data.toString(), directory.resolve("output").toString());
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
}
