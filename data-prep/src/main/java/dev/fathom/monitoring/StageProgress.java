// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.monitoring;

import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.util.LongAccumulator;

/** Shows the progress of running tasks, by the things they count and by the tasks that are done. */
public final class StageProgress implements AutoCloseable {
  private static final int MILLIS = 500;

  private final Timer timer;
  private final ProgressLine line;

  private StageProgress(Timer timer, ProgressLine line) {
    this.timer = timer;
    this.line = line;
  }

  /** Starts the progress of a stage whose tasks count things. */
  public static StageProgress of(
      JavaSparkContext spark, String stage, String things, LongAccumulator done) {
    return watching(stage, things, line -> line.at(done.value(), tasks(spark).share(), ""));
  }

  /** Starts the progress of a stage of which only the tasks can be counted. */
  public static StageProgress ofTasks(JavaSparkContext spark, String stage) {
    return watching(
        stage,
        "tasks",
        line -> {
          Tasks tasks = tasks(spark);
          line.at(tasks.done, tasks.share(), "");
        });
  }

  static StageProgress watching(String stage, String things, Consumer<ProgressLine> look) {
    ProgressLine line = new ProgressLine(stage, things);
    Timer timer = new Timer("progress", true);
    Consumer<ProgressLine> watch = LogContext.carried(look);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            watch.accept(line);
          }
        },
        MILLIS,
        MILLIS);
    return new StageProgress(timer, line);
  }

  /** The numbers of finished and of all tasks of the running stages. */
  record Tasks(long done, long all) {
    double share() {
      return all > 0 ? (double) done / all : 0;
    }
  }

  static Tasks tasks(JavaSparkContext spark) {
    JavaSparkStatusTracker tracker = spark.statusTracker();
    long done = 0;
    long all = 0;
    for (int stage : tracker.getActiveStageIds()) {
      SparkStageInfo info = tracker.getStageInfo(stage);
      if (info != null) {
        done += info.numCompletedTasks();
        all += info.numTasks();
      }
    }
    return new Tasks(done, all);
  }

  @Override
  public void close() {
    timer.cancel();
    line.close();
  }
}
