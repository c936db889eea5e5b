// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;

/**
 * The number of tasks that Spark can run at the same time. A barrier stage waits for enough slots,
 * and would wait for ever for an executor that does not come back.
 */
public record Slots(SparkContext context) {
  /** How long tasks wait for lost executors to be replaced. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** After this long without a new executor, all are assumed to have come. */
  private static final Duration QUIET = Duration.ofSeconds(2);

  private static final Duration LONGEST_START = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 100;
  private static final String JOB_GROUP = "spark.jobGroup.id";

  /** Thrown if there were too few slots for too long. */
  static final class TooFew extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int slots;

    TooFew(int slots, Throwable cause) {
      super(cause);
      this.slots = slots;
    }

    /** The number of slots that were available. */
    int slots() {
      return slots;
    }
  }

  /** The current number of slots, at least 1. */
  public int now() {
    return Math.max(1, found());
  }

  private int found() {
    return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
  }

  /**
   * Waits until no more executors arrive, and returns the number of slots, at most {@code most}.
   */
  public int settled(int most) {
    int slots = found();
    Instant end = Instant.now().plus(LONGEST_START);
    Instant changed = Instant.now();
    while (!context.isLocal()
        && slots < most
        && Instant.now().isBefore(end)
        && (slots == 0 || Instant.now().isBefore(changed.plus(QUIET)))) {
      pause();
      int found = found();
      if (found != slots) {
        slots = found;
        changed = Instant.now();
      }
    }
    return Math.max(1, Math.min(slots, most));
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for executors", e);
    }
  }

  /**
   * Runs a job of tasks that must all run at once.
   *
   * @throws TooFew if there are fewer slots than tasks for too long
   */
  <T> T withAll(int tasks, Supplier<T> job) {
    // Waits here: Spark itself would check again and again before it starts such a job, and the job
    // could not be cancelled meanwhile.
    for (Instant end = Instant.now().plus(PATIENCE); now() < tasks; pause()) {
      if (Instant.now().isAfter(end)) {
        throw new TooFew(now(), null);
      }
    }
    String group = UUID.randomUUID().toString();
    String before = context.getLocalProperty(JOB_GROUP);
    AtomicBoolean tooFew = new AtomicBoolean();
    ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(Slots::daemon);
    context.setLocalProperty(JOB_GROUP, group);
    Future<?> watching =
        watch.scheduleWithFixedDelay(new Watch(tasks, group, tooFew), 1, 1, TimeUnit.SECONDS);
    try {
      return job.get();
    } catch (Exception e) {
      // Spark throws exceptions that it does not declare.
      if (tooFew.get() || now() < tasks) {
        throw new TooFew(now(), e);
      }
      throw e;
    } finally {
      watching.cancel(true);
      watch.shutdown();
      context.setLocalProperty(JOB_GROUP, before);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "fathom-slots");
    thread.setDaemon(true);
    return thread;
  }

  /** Cancels a job that has waited too long. */
  private final class Watch implements Runnable {
    private final int tasks;
    private final String group;
    private final AtomicBoolean tooFew;
    private Instant enough = Instant.now();

    Watch(int tasks, String group, AtomicBoolean tooFew) {
      this.tasks = tasks;
      this.group = group;
      this.tooFew = tooFew;
    }

    @Override
    public void run() {
      if (now() >= tasks) {
        enough = Instant.now();
        tooFew.set(false);
      } else if (Instant.now().isAfter(enough.plus(PATIENCE))) {
        tooFew.set(true);
        context.cancelJobGroup(group);
      }
    }
  }
}
