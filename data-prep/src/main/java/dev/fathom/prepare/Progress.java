// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.common.ProgressLine;
import java.util.Timer;
import java.util.TimerTask;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.util.LongAccumulator;

/**
 * Tells how far the tasks of a job group are, by the rows they count and the tasks that are done.
 */
final class Progress implements AutoCloseable {
  private static final int MILLIS = 1000;

  private final Timer timer;
  private final ProgressLine line;

  private Progress(Timer timer, ProgressLine line) {
    this.timer = timer;
    this.line = line;
  }

  static Progress of(JavaSparkContext spark, String what, LongAccumulator rows) {
    ProgressLine line = new ProgressLine("prepare: " + what, "pairs");
    Timer timer = new Timer("progress", true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            line.at(rows.value(), shareDone(spark));
          }
        },
        MILLIS,
        MILLIS);
    return new Progress(timer, line);
  }

  /** The share of the tasks of the jobs under way that is done. */
  private static double shareDone(JavaSparkContext spark) {
    JavaSparkStatusTracker tracker = spark.statusTracker();
    double done = 0;
    double all = 0;
    for (int stage : tracker.getActiveStageIds()) {
      SparkStageInfo info = tracker.getStageInfo(stage);
      if (info != null) {
        done += info.numCompletedTasks();
        all += info.numTasks();
      }
    }
    return all > 0 ? done / all : 0;
  }

  @Override
  public void close() {
    timer.cancel();
    line.close();
  }
}
