// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LockHolderTest {
  private final LockHolder here = LockHolder.here();
  private final String[] words = here.text().split(" ", -1);

  @Test
  void aProcessThatLivesIsNotGone() {
    assertThat(here.isGone()).isFalse();
    assertThat(here.told())
        .isEqualTo("process " + ProcessHandle.current().pid() + " on " + words[0]);
  }

  @Test
  void oneThatHasEndedIsGone() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();

    assertThat(with(1, Long.toString(ended.pid())).isGone()).isTrue();
    assertThat(new LockHolder(words[0] + " " + ended.pid()).isGone()).isTrue();
  }

  @Test
  void oneWhoseNumberAnotherHasSinceIsGone() {
    assumeTrue(Files.exists(Path.of("/proc/self/stat")), "Linux alone tells when one began");

    assertThat(with(4, "1").isGone()).isTrue();
  }

  @Test
  void ofAnotherMachineOrContainerNothingIsKnown() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();

    assertThat(with(0, "elsewhere").isGone()).isFalse();
    assertThat(new LockHolder("elsewhere " + ended.pid()).isGone()).isFalse();
    words[1] = Long.toString(ended.pid());
    assertThat(with(3, "another").isGone()).isFalse();
  }

  @Test
  void whatNamesNobodyIsNotGone() {
    assertThat(new LockHolder("").isGone()).isFalse();
    assertThat(new LockHolder(words[0] + " none").isGone()).isFalse();
  }

  private LockHolder with(int word, String value) {
    String[] changed = words.clone();
    changed[word] = value;
    return new LockHolder(String.join(" ", changed));
  }
}
