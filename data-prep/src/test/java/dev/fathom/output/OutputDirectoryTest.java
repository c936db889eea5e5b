// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputDirectoryTest {
  private static final StageProvenance PROVENANCE =
      StageProvenance.of("run", Map.of("data", "in"), Map.of("a", "1", "output.overwrite", "true"));

  @TempDir private Path temporary;

  private Path out() {
    return temporary.resolve("out");
  }

  private OutputDirectory output() {
    return output(out());
  }

  private static OutputDirectory output(Path path) {
    return new OutputDirectory(new Storage(new Configuration()), hadoop(path));
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toString());
  }

  private void holds(String... files) throws IOException {
    Files.createDirectories(out());
    for (String file : files) {
      Files.writeString(out().resolve(file), "kept");
    }
  }

  private static void isUsageError(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(message);
  }

  @Test
  void whatIsClaimedIsUnfinishedUntilItIsComplete() {
    OutputDirectory output = output();
    assertThat(output.isUnfinished()).isFalse();

    output.claim(false);
    assertThat(output.isUnfinished()).isTrue();
    assertThat(output.isComplete()).isFalse();

    output.complete();
    assertThat(output.isUnfinished()).isFalse();
    assertThat(output.isComplete()).isTrue();

    output.reopen();
    assertThat(output.isComplete()).isFalse();
  }

  @Test
  void whatIsThereIsKeptUnlessItMayGo() throws IOException {
    holds("mine");
    for (Consumer<Boolean> claim : claims(output())) {
      isUsageError(() -> claim.accept(false), "out exists already");
      assertThat(out().resolve("mine")).exists();
    }

    output().claim(true);
    assertThat(out().resolve("mine")).doesNotExist();
    assertThat(output().isUnfinished()).isTrue();
  }

  private static List<Consumer<Boolean>> claims(OutputDirectory output) {
    return List.of(output::claim, output::claimOrResume);
  }

  @Test
  void aCompleteOneIsKeptToo() {
    output().claim(false);
    output().complete();

    isUsageError(() -> output().claimOrResume(false), "output.overwrite=true");
  }

  @Test
  void aFileInItsPlaceIsKept() throws IOException {
    Files.writeString(out(), "mine");

    isUsageError(() -> output().claim(false), "exists already");
    assertThat(out()).hasContent("mine");
  }

  @Test
  void anEmptyOneIsTaken() throws IOException {
    Files.createDirectories(out());

    output().claim(false);

    assertThat(output().isUnfinished()).isTrue();
  }

  @Test
  void whatTasksLeftThatOutlivedTheirJobGoes() throws IOException {
    Path left = Files.createDirectories(out().resolve("split=train/_temporary/0"));
    Path part = Files.writeString(left.resolve("part"), "half");

    assertThatThrownBy(() -> output().claimOrResume(false)).hasMessageContaining("exists already");

    Files.setLastModifiedTime(part, FileTime.from(Instant.now().minusSeconds(600)));
    output().claimOrResume(false);

    assertThat(out().resolve("split=train")).doesNotExist();
    assertThat(output().isUnfinished()).isTrue();
  }

  @Test
  void whatWasCutOffIsEmptiedOrGoneOnWith() throws IOException {
    output().claim(false);
    holds("half");

    output().claimOrResume(false);
    assertThat(out().resolve("half")).exists();

    output().claim(false);
    assertThat(out().resolve("half")).doesNotExist();

    holds("half");
    output().claimOrResume(true);
    assertThat(out().resolve("half")).doesNotExist();
  }

  @Test
  void whereNothingWasDoneNothingIsLeft() {
    OutputDirectory output = output();
    output.claim(false);
    output.stamp(PROVENANCE);

    output.abandon();

    assertThat(out()).doesNotExist();
  }

  @Test
  void whatWasDoneIsLeft() throws IOException {
    OutputDirectory output = output();
    output.claim(false);
    holds("half");

    output.abandon();

    assertThat(out().resolve("half")).exists();
    assertThat(output.isUnfinished()).isTrue();
  }

  @Test
  void whatAnotherClaimedIsLeft() {
    output().claim(false);

    output().abandon();

    assertThat(output().isUnfinished()).isTrue();
  }

  @Test
  void itIsMadeSoOnlyWhenItIsCompleteAndOfTheSame() {
    OutputDirectory output = output();
    output.claim(false);
    output.stamp(PROVENANCE);
    assertThat(output.isComplete(PROVENANCE)).isFalse();

    output.complete();
    assertThat(output.isComplete(PROVENANCE)).isTrue();
    // How an output is written does not change what it is.
    assertThat(output.isComplete(StageProvenance.of("run", Map.of("data", "in"), Map.of("a", "1"))))
        .isTrue();
    assertThat(output.isComplete(StageProvenance.of("run", Map.of("data", "in"), Map.of("a", "2"))))
        .isFalse();
  }

  @Test
  void oneWithoutAStampIsOfNothingKnown() {
    output().claim(false);
    output().complete();

    assertThat(output().isComplete(PROVENANCE)).isFalse();
  }

  @Test
  void aStampHoldsNoCredential() throws IOException {
    output()
        .stamp(StageProvenance.of("run", Map.of("data", "s3a://me:secret@bucket/in"), Map.of()));

    assertThat(out().resolve("_stage.json")).content().doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"out", "out/data", "out/a/b"})
  void anInputWithinItIsRefused(String input) {
    isUsageError(() -> output().requireApart(hadoop(temporary.resolve(input))), "holds the input");
  }

  @ParameterizedTest
  @ValueSource(strings = {"output", "in", "."})
  void anInputBesideOrAboveItIsNot(String input) {
    assertThatCode(() -> output().requireApart(hadoop(temporary.resolve(input).normalize())))
        .doesNotThrowAnyException();
  }

  @Test
  void anOutputWithinItsInputIsRefused() {
    isUsageError(
        () -> output(out().resolve("data")).requireOutside(hadoop(out())), "lies within the input");
    assertThatCode(() -> output().requireOutside(hadoop(out()))).doesNotThrowAnyException();
  }

  @Test
  void oneJobAtATimeHasIt() {
    try (OutputDirectory first = output()) {
      first.lock();
      isUsageError(() -> output().lock(), "is being written by");
    }
    try (OutputDirectory second = output()) {
      second.lock();
    }
  }

  @Test
  void aFolderThatMayOnlyBeReadIsAUsageErrorAndStaysAsItWas() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("read-only"));
    Path inside = Files.createDirectory(folder.resolve("out"));
    Path kept = Files.writeString(inside.resolve("kept"), "kept");
    try (ReadOnly outside = new ReadOnly(folder);
        ReadOnly within = new ReadOnly(inside)) {
      assumeTrue(outside.holds() && within.holds(), "nothing here can be made read-only");

      isUsageError(() -> output(folder.resolve("new")).lock(), "cannot write to " + folder);
      isUsageError(() -> output(folder.resolve("new")).claim(false), "cannot write");
      isUsageError(() -> output(inside).claim(true), "cannot delete all of " + inside);
      assertThat(kept).hasContent("kept");
    }
    try (OutputDirectory output = output(inside);
        ReadOnly within = new ReadOnly(inside)) {
      output.lock();
      isUsageError(() -> output.claim(true), "cannot delete all of " + within.folder());
    }
    assertThat(folder.resolve("new")).doesNotExist();
    assertThat(kept).hasContent("kept");
  }

  /** A folder that may only be read until it is closed, by root as well where the disk has that. */
  private record ReadOnly(Path folder) implements AutoCloseable {
    ReadOnly {
      chmod(folder, "r-xr-xr-x");
      chattr(folder, "+i");
    }

    private static void chmod(Path folder, String permissions) {
      try {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void chattr(Path folder, String attribute) {
      try {
        new ProcessBuilder("chattr", attribute, folder.toString()).start().onExit().join();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("chattr");
      }
    }

    boolean holds() {
      try {
        Files.delete(Files.createTempFile(folder, "try", ""));
        return false;
      } catch (IOException e) {
        return true;
      }
    }

    @Override
    public void close() {
      chattr(folder, "-i");
      chmod(folder, "rwxr-xr-x");
    }
  }
}
