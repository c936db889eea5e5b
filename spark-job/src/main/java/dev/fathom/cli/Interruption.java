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
 * Handles the end of a command by Ctrl-C or by a scheduler. It logs one line and cancels Spark's
 * jobs, so that the command ends like one that failed: it leaves what the next try resumes from,
 * and no lock. The process ends with 128 plus the signal's number.
 */
final class Interruption {
  /** Runs before Spark's own hook, which stops it, and before file systems are closed. */
  private static final int PRIORITY = 100;

  /** The longest wait, shorter than the time that schedulers wait before they kill. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private static final long POLL_MILLIS = 100;

  private static volatile boolean told;

  private Interruption() {}

  /** Whether the process has been told to end, and has said so. */
  static boolean isTold() {
    return told;
  }

  /** Listens for signals from now on. */
  static void listen() {
    for (String signal : List.of("INT", "TERM")) {
      SignalUtils.register(signal, Interruption::tell);
    }
  }

  /** Ends the JVM as it would end without this class. */
  private static Object tell() {
    if (!told) {
      told = true;
      System.err.println(
          "fathom: interrupted; what is finished stays, and the same command goes on with it");
      // Work that is cut off has nothing more to say, but Scala's futures print where they fail.
      Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
      System.setErr(
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }
    return false;
  }

  /**
   * Cancels a context's jobs if the process ends before its command does, and waits for the command
   * to end.
   *
   * @param ended latch that opens when the command has ended
   * @return an action that removes this hook
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
        // The process is ending, which is what the hook waited for.
        return;
      }
    };
  }

  /** Cancels repeatedly, as the command may be between two jobs. */
  private static void cancel(SparkContext context, CountDownLatch ended) {
    Instant end = Instant.now().plus(LONGEST);
    try {
      do {
        if (!context.isStopped()) {
          context.cancelAllJobs();
        }
      } while (!ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS) && Instant.now().isBefore(end));
    } catch (IllegalStateException e) {
      // The context has been stopped meanwhile.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
