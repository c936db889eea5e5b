// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLockTest {
  private final FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));

  @TempDir private Path directory;

  private OutputLock take() {
    return OutputLock.take(
        new Storage(new Configuration()),
        new org.apache.hadoop.fs.Path(directory.resolve("out").toUri()));
  }

  private Path file() {
    return directory.resolve(".out.lock");
  }

  @Test
  void aLivingJobsLockIsRefusedToOthersAndGoneAtItsEnd() {
    try (OutputLock first = take()) {
      assertThat(first).isNotNull();
      assertThatThrownBy(this::take)
          .isInstanceOf(FathomException.class)
          .hasMessageContaining("is being written by process " + ProcessHandle.current().pid());
    }
    assertThat(file()).doesNotExist();
    take().close();
  }

  @Test
  void aBeatTouchesTheLockAndLeavesItsOwnerInIt() throws Exception {
    try (OutputLock lock = take()) {
      String owner = Files.readString(file());
      Files.setLastModifiedTime(file(), longAgo);
      // Comes with every file that is written.
      Path checksum = directory.resolve("..out.lock.crc");
      Files.delete(checksum);

      lock.beat();

      assertThat(checksum).doesNotExist();
      assertThat(Files.readString(file())).isEqualTo(owner);
      assertThat(Files.getLastModifiedTime(file()).toInstant())
          .isAfter(Instant.now().minusSeconds(5));
    }
  }

  @Test
  void aLockThatNobodyTouchesIsTakenOver() throws Exception {
    Files.writeString(file(), "elsewhere 1 somebody");
    Files.setLastModifiedTime(file(), longAgo);

    try (OutputLock lock = take()) {
      lock.beat();
      assertThat(Files.readString(file())).doesNotContain("somebody");
    }
  }

  @Test
  void aLockThatNamesNobodyIsTakenOverSoon() throws Exception {
    Files.writeString(file(), "");
    assertThatThrownBy(this::take).isInstanceOf(FathomException.class);
    Files.setLastModifiedTime(file(), FileTime.from(Instant.now().minusSeconds(30)));

    take().close();

    assertThat(file()).doesNotExist();
  }
}
