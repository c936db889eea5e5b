// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class CausesTest {
  private static final String LOST =
      "Job aborted due to stage failure: Task 0 in stage 2.0 failed 4 times, most recent failure:"
          + " Lost task 0.3 in stage 2.0 (TID 9) (10.0.0.7 executor 1): ";

  @Test
  void anErrorOfATaskIsToldByItsCauseAlone() {
    SparkException error =
        new SparkException(
            LOST + "java.io.IOException: disk\n\tat a.B.c(B.java:1)",
            new SparkException("Could not read", new IOException("no space left on device")));

    assertThat(Causes.told(error)).isEqualTo("no space left on device");
    assertThat(Causes.told(new ExecutionException(error))).isEqualTo("no space left on device");
    assertThat(Causes.unwrapped(new ExecutionException(error))).hasMessage("Could not read");
  }

  @Test
  void aCauseThatCameAsTextIsFoundInIt() {
    String trace =
        "java.lang.RuntimeException: outer\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: inner of it\n\tat a.B.c(B.java:2)\n\nDriver stacktrace:";

    assertThat(Causes.told(new SparkException(LOST + trace))).isEqualTo("inner of it");
    assertThat(
            Causes.told(
                new SparkException(
                    "Job aborted due to stage failure: Could not recover from a failed barrier ResultStage. Most recent failure reason: Stage failed because barrier task ResultTask(3, 1) finished unsuccessfully.\njava.io.IOException: it is gone\n\tat a.B.c(B.java:1)")))
        .isEqualTo("it is gone");
    assertThat(
            Causes.told(
                new SparkException(
                    LOST + "ExecutorLostFailure (executor 1 exited caused by one of the tasks)")))
        .isEqualTo("ExecutorLostFailure (executor 1 exited caused by one of the tasks)");
  }

  @Test
  void aCauseThatSaysNothingLeavesTheWordToTheOneBeforeIt() {
    assertThat(Causes.told(new IOException("footer of a.parquet", new EOFException())))
        .isEqualTo("footer of a.parquet");
    assertThat(
            Causes.told(new UncheckedIOException(new IOException(new UnknownHostException("h")))))
        .isEqualTo("unknown host: h");
    assertThat(Causes.told(new NullPointerException())).isEqualTo("null pointer");
  }
}
