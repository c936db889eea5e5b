// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Something that tasks read on the executors: within the task where it is small, which saves a
 * broadcast of its own and its messages, else broadcast.
 *
 * @param small the thing itself, or null
 * @param large the broadcast, or null
 */
public record BroadcastValue<T>(T small, Broadcast<T> large) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Spark warns of tasks beyond a million bytes. */
  private static final long MOST_SMALL_BYTES = 800_000;

  static <T> BroadcastValue<T> of(JavaSparkContext spark, T value, long bytes) {
    return bytes <= MOST_SMALL_BYTES
        ? new BroadcastValue<>(value, null)
        : new BroadcastValue<>(null, spark.broadcast(value));
  }

  public T value() {
    return large == null ? small : large.value();
  }

  /** Lets the broadcast go, after which no task may read it. */
  public void destroy() {
    if (large != null) {
      large.destroy();
    }
  }
}
