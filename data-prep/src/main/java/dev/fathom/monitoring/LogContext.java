// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.monitoring;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.slf4j.MDC;

/**
 * What the lines of the log carry of the job that they come from: those of this thread, and those
 * of the tasks that it starts, as Spark copies its local properties that begin with {@code mdc.} to
 * the executors.
 */
public enum LogContext {
  /** The run, by Spark's application id. */
  RUN("mdc.run"),
  /** The round of the training under way. */
  ROUND("mdc.round");

  private final String key;

  LogContext(String key) {
    this.key = key;
  }

  /** From now on lines carry it. */
  public void set(SparkContext spark, String value) {
    MDC.put(key, value);
    spark.setLocalProperty(key, value);
  }

  /** From now on they do not. */
  public void clear(SparkContext spark) {
    MDC.remove(key);
    spark.setLocalProperty(key, null);
  }

  /** The same for another thread, whose lines then carry what those of this one do now. */
  public static <T> Consumer<T> carried(Consumer<T> task) {
    Map<String, String> here = current();
    return value -> {
      Map<String, String> there = current();
      MDC.setContextMap(here);
      try {
        task.accept(value);
      } finally {
        MDC.setContextMap(there);
      }
    };
  }

  private static Map<String, String> current() {
    return Optional.ofNullable(MDC.getCopyOfContextMap()).orElse(Map.of());
  }
}
