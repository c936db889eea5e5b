// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.monitoring;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.slf4j.MDC;

/**
 * Context in the lines of the log: lines of this thread, and of the tasks that it starts, as Spark
 * copies local properties that begin with {@code mdc.} to the executors.
 */
public enum LogContext {
  /** The run, by Spark's application id. */
  RUN("mdc.run"),
  /** The round of the running training. */
  ROUND("mdc.round");

  private final String key;

  LogContext(String key) {
    this.key = key;
  }

  /** Adds the value to all following lines. */
  public void set(SparkContext spark, String value) {
    MDC.put(key, value);
    spark.setLocalProperty(key, value);
  }

  /** Removes the value from all following lines. */
  public void clear(SparkContext spark) {
    MDC.remove(key);
    spark.setLocalProperty(key, null);
  }

  /** Wraps a task for another thread, so that its lines have this thread's current context. */
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
