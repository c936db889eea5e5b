// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.files.Storage;
import dev.fathom.testing.ObjectStoreFileSystem;
import java.nio.file.Files;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of a log, whatever becomes of the process that writes it. */
class MetricsLogTest {
  private static final String NAME = "metrics.jsonl";

  @TempDir private java.nio.file.Path directory;
  private Storage storage;

  @BeforeEach
  void reachObjects() {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.objects.impl", ObjectStoreFileSystem.class.getName());
    // Other tests of this JVM must not find it.
    hadoop.set("fs.objects.impl.disable.cache", "true");
    storage = new Storage(hadoop);
  }

  @AfterEach
  void refuseNothing() {
    ObjectStoreFileSystem.refuse("");
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
  void whatWasThereAtACheckpointIsThereAfterKills(String scheme) {
    MetricsLog killed = new MetricsLog(storage, path(scheme), 0);
    killed.add(round(1));
    killed.save();
    killed.add(round(2));
    killed.save();
    killed.add(round(3));
    MetricsLog killedToo = new MetricsLog(storage, path(scheme), 2);
    assertThat(killedToo.kept()).containsExactly(round(1), round(2));
    MetricsLog last = new MetricsLog(storage, path(scheme), 2);
    assertThat(last.kept()).containsExactly(round(1), round(2));
    last.add(round(3));
    last.close();

    assertThat(MetricsLog.read(storage, path(scheme)))
        .containsExactly(round(1), round(2), round(3));
    assertThat(directory).isDirectoryNotContaining("glob:**before*");
  }

  @Test
  void nothingIsLostToAnEndWhileAllIsWrittenAnew() throws Exception {
    MetricsLog log = new MetricsLog(storage, path("objects"), 0);
    log.add(round(1));
    log.save();
    log.add(round(2));
    ObjectStoreFileSystem.refuse(NAME);

    assertThatThrownBy(log::save).hasMessageContaining("no " + NAME);

    assertThat(directory.resolve(NAME)).doesNotExist();
    for (int again = 0; again < 2; again++) {
      assertThatThrownBy(() -> new MetricsLog(storage, path("objects"), 2))
          .hasMessageContaining("no " + NAME);
    }
    ObjectStoreFileSystem.refuse("");
    assertThat(new MetricsLog(storage, path("objects"), 2).kept())
        .containsExactly(round(1), round(2));
    assertThat(MetricsLog.read(storage, path("objects"))).containsExactly(round(1), round(2));
  }

  @Test
  void aLogThatWasHalfWrittenAnewGivesWayToWhatWasBefore() throws Exception {
    MetricsLog log = new MetricsLog(storage, path("objects"), 0);
    log.add(round(1));
    log.add(round(2));
    ObjectStoreFileSystem.refuse(NAME);
    assertThatThrownBy(log::save).hasMessageContaining("no " + NAME);
    ObjectStoreFileSystem.refuse("");
    java.nio.file.Path whole = directory.resolve("." + NAME + ".before");
    Files.write(directory.resolve(NAME), Files.readAllLines(whole).subList(0, 1));

    assertThat(new MetricsLog(storage, path("file"), 2).kept()).containsExactly(round(1), round(2));
  }

  @Test
  void whatWasNotTakenIsNullInALineAndEmptyWhenItIsReadAgain() throws Exception {
    RoundReport told = round(1);
    try (MetricsLog log = new MetricsLog(storage, path("file"), 0)) {
      log.add(told);
    }

    assertThat(directory.resolve(NAME))
        .content()
        .isEqualTo(
            "{\"round\":1,\"epoch\":1.0,\"step\":1,\"pairs\":100,\"loss\":1.0,"
                + "\"valLoss\":null,\"valRecall\":null,\"temperature\":0.1,\"bias\":0.0,"
                + "\"temperatureBound\":null,\"learningRate\":0.01,\"pairsPerSecond\":100000.0,"
                + "\"arithmeticShare\":0.5}\n");
    assertThat(MetricsLog.read(storage, path("file"))).containsExactly(told);
  }

  private Path path(String scheme) {
    return new Path(scheme + "://" + directory.resolve(NAME));
  }

  private static RoundReport round(int number) {
    return new RoundReport(
        number,
        number,
        number,
        100L * number,
        1,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        0.1,
        0,
        Optional.empty(),
        0.01,
        1e5,
        0.5);
  }
}
