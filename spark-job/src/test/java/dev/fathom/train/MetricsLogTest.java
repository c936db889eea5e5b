// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.common.Storage;
import dev.fathom.testing.ObjectStoreFileSystem;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of a log, whatever becomes of the process that writes it. */
class MetricsLogTest {
  @TempDir private java.nio.file.Path directory;
  private Storage storage;

  @BeforeEach
  void reachObjects() {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.objects.impl", ObjectStoreFileSystem.class.getName());
    storage = new Storage(hadoop);
  }

  @Test
  void aRoundIsThereToReadAtOnce() {
    MetricsLog log = new MetricsLog(storage, path("file"), 0);

    log.add(round(1));
    log.add(round(2));

    assertThat(MetricsLog.read(storage, path("file"))).containsExactly(round(1), round(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "objects"})
  void whatWasThereAtACheckpointIsThereAfterAKill(String scheme) {
    MetricsLog killed = new MetricsLog(storage, path(scheme), 0);
    killed.add(round(1));
    killed.add(round(2));
    killed.save();
    killed.add(round(3));

    MetricsLog killedToo = new MetricsLog(storage, path(scheme), 2);
    assertThat(killedToo.kept()).containsExactly(round(1), round(2));

    // Before anything is saved again.
    MetricsLog last = new MetricsLog(storage, path(scheme), 2);
    assertThat(last.kept()).containsExactly(round(1), round(2));
    last.add(round(3));
    last.close();
    assertThat(MetricsLog.read(storage, path(scheme)))
        .containsExactly(round(1), round(2), round(3));
    assertThat(directory).isDirectoryNotContaining("glob:**before*");
  }

  @Test
  void nothingIsLostToAKillWhileTheLogIsBegunAnew() throws Exception {
    try (MetricsLog log = new MetricsLog(storage, path("objects"), 0)) {
      log.add(round(1));
      log.add(round(2));
    }
    new MetricsLog(storage, path("objects"), 2);
    // As on a disk where the first of the lines was written anew.
    java.nio.file.Path begun = directory.resolve("metrics.jsonl");
    java.nio.file.Path before = directory.resolve(".metrics.jsonl.before");
    assertThat(before).exists();
    Files.copy(before, begun, StandardCopyOption.REPLACE_EXISTING);
    Files.write(begun, Files.readAllLines(begun).subList(0, 1));

    assertThat(new MetricsLog(storage, path("file"), 2).kept()).containsExactly(round(1), round(2));
  }

  private Path path(String scheme) {
    return new Path(scheme + "://" + directory.resolve("metrics.jsonl"));
  }

  private static RoundReport round(int number) {
    return new RoundReport(
        number, number, number, 100L * number, 1, null, null, 0.1, null, 0.01, 1e5, 0.5);
  }
}
