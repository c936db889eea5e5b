// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a process in which a thread ends by an error that nobody takes. */
class OutOfMemoryTest {
  private static final int MINUTES = 2;

  @TempDir private Path directory;

  @Test
  void whereMemoryIsShortItEndsWithOneLine() throws Exception {
    List<String> said = said(1, "memory");

    assertThat(said)
        .singleElement()
        .asString()
        .matches("fathom: out of memory \\(Java heap space\\); the heap may have \\d+ MB .*");
  }

  @Test
  void anyOtherErrorIsTold() throws Exception {
    List<String> said = said(0, "other");

    assertThat(said.get(0)).isEqualTo("Exception in thread lost: java.lang.LinkageError: so it is");
  }

  private List<String> said(int code, String what) throws Exception {
    Path said = directory.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // The indices of the jars on the class path take some of it.
                "-Xmx160m",
                "-cp",
                System.getProperty("java.class.path"),
                Waiting.class.getName(),
                what)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(said.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isEqualTo(code);
      return Files.readAllLines(said);
    } finally {
      process.destroyForcibly();
    }
  }

  /** A command whose main thread waits for another that is gone. */
  static final class Waiting {
    private Waiting() {}

    public static void main(String[] arguments) throws InterruptedException {
      Fathom.main(new String[] {"--version"});
      boolean memory = arguments[0].equals("memory");
      Thread lost = new Thread(memory ? Waiting::fill : Waiting::fail, "lost");
      lost.start();
      if (memory) {
        new CountDownLatch(1).await();
      }
      lost.join();
    }

    /** With small things, until there is no room for a line. */
    private static void fill() {
      Object[] last = new Object[0];
      while (last.length < 2) {
        last = new Object[] {last};
      }
    }

    private static void fail() {
      throw new LinkageError("so it is");
    }
  }
}
