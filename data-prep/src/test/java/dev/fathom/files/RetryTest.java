// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RetryTest {
  private static final Path FILE = new Path("/out/file");

  /** Any that is not known to be a local disk. */
  private static final FileSystem DISTRIBUTED = new RawLocalFileSystem();

  private final AtomicInteger tries = new AtomicInteger();

  @Test
  void whatIsRefusedForAWhileIsWrittenAgain() {
    String written =
        Retry.write(
            DISTRIBUTED,
            FILE,
            fileSystem -> {
              if (tries.incrementAndGet() == 1) {
                throw new IOException("in safe mode");
              }
              return "written";
            });

    assertThat(written).isEqualTo("written");
    assertThat(tries).hasValue(2);
  }

  @ParameterizedTest
  @MethodSource
  void whatWaitingDoesNotMendIsRefusedAtOnce(IOException error) {
    isRefusedAtOnce(DISTRIBUTED, error);
  }

  static Stream<IOException> whatWaitingDoesNotMendIsRefusedAtOnce() {
    return Stream.of(
        new FileNotFoundException("no such directory"),
        new FileAlreadyExistsException("is there"),
        new AccessControlException("no permission"),
        new AccessDeniedException("no permission"));
  }

  @Test
  void aLocalDiskRefusesAtOnce() {
    isRefusedAtOnce(new LocalFileSystem(), new IOException("full"));
  }

  @Test
  void whoeverIsInterruptedWaitsNoLonger() {
    Thread.currentThread().interrupt();

    isRefusedAtOnce(DISTRIBUTED, new IOException("in safe mode"));

    assertThat(Thread.interrupted()).isTrue();
  }

  private void isRefusedAtOnce(FileSystem fileSystem, IOException error) {
    assertThatThrownBy(
            () ->
                Retry.write(
                    fileSystem,
                    FILE,
                    on -> {
                      tries.incrementAndGet();
                      throw error;
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot write /out/file: " + error.getMessage())
        .hasCause(error);
    assertThat(tries).hasValue(1);
  }

  @Test
  void anErrorIsOneLine() {
    assertThatThrownBy(
            () ->
                Retry.write(
                    new LocalFileSystem(),
                    FILE,
                    on -> {
                      throw new IOException("full\nat somewhere");
                    }))
        .hasMessage("cannot write /out/file: full");
  }

  @Test
  void whatADiskFailsToGiveForAMomentIsReadAgain() throws IOException {
    String read = Retry.read(new LocalFileSystem(), FILE, from -> failing(1));

    assertThat(read).isEqualTo("read");
    assertThat(tries).hasValue(2);
  }

  @Test
  void aFileThatStaysUnreadableIsReadThreeTimes() {
    assertThatThrownBy(() -> Retry.read(new LocalFileSystem(), FILE, from -> failing(9)))
        .isInstanceOf(IOException.class)
        .hasMessage("Input/output error");
    assertThat(tries).hasValue(3);
  }

  @Test
  void aFileThatIsNotThereIsReadOnce() {
    assertThatThrownBy(
            () ->
                Retry.read(
                    DISTRIBUTED,
                    FILE,
                    from -> {
                      tries.incrementAndGet();
                      throw new FileNotFoundException("none");
                    }))
        .isInstanceOf(FileNotFoundException.class);
    assertThat(tries).hasValue(1);
  }

  private String failing(int times) throws IOException {
    if (tries.incrementAndGet() <= times) {
      throw new IOException("Input/output error");
    }
    return "read";
  }
}
