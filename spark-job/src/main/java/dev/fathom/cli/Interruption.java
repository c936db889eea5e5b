// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SignalUtils;

/**
 * A command that is told to end, by Ctrl-C or by a scheduler. It says so in one line; Spark's jobs
 * are cancelled, so that the command comes to its end as one that failed does: it leaves what the
 * next try goes on with, and no lock. The process ends with 128 and the signal's number.
 */
final class Interruption {
  /** Before Spark's own, which stops it, and before file systems are closed. */
  private static final int PRIORITY = 100;

  /** Less than what schedulers wait before they kill. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private static final long POLL_MILLIS = 100;

  private static volatile boolean told;

  private Interruption() {}

  /** Whether the process has been told to end, and has said so. */
  static boolean isTold() {
    return told;
  }

  /** Says it when that happens, from now on. */
  static void listen() {
    for (String signal : List.of("INT", "TERM")) {
      SignalUtils.register(signal, Interruption::tell);
    }
  }

  /** Has the JVM end as it would without this. */
  private static Object tell() {
    if (!told) {
      told = true;
      System.err.println(
          "fathom: interrupted; what is finished stays, and the same command goes on with it");
      // What is cut off in its work has nothing more to say; Scala's futures print where they fail.
      Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
      System.setErr(
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }
    return false;
  }

  /**
   * Cancels a context's jobs when the process ends before its command does, and waits for that.
   *
   * @param ended opens when the command has come to its end
   * @return what takes this back
   */
  static Runnable cancelling(SparkContext context, CountDownLatch ended) {
    Runnable cancel = () -> cancel(context, ended);
    ShutdownHookManager hooks = ShutdownHookManager.get();
    hooks.addShutdownHook(
        cancel, PRIORITY, LONGEST.plusSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
    return () -> {
      try {
        hooks.removeShutdownHook(cancel);
      } catch (IllegalStateException e) {
        // The process is ending: this is what it waited for.
        return;
      }
    };
  }

  /** Again and again, as the command may be between two of them. */
  private static void cancel(SparkContext context, CountDownLatch ended) {
    Instant end = Instant.now().plus(LONGEST);
    try {
      do {
        if (!context.isStopped()) {
          context.cancelAllJobs();
        }
      } while (!ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS) && Instant.now().isBefore(end));
    } catch (IllegalStateException e) {
      // It has been stopped since.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
