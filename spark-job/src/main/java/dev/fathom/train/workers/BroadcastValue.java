// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A value that tasks read on the executors. A small value is sent as part of the task, which saves
 * a broadcast and its messages; a large one is broadcast.
 *
 * @param small the value, or null if it is broadcast
 * @param large the broadcast, or null if the value is part of the task
 */
public record BroadcastValue<T>(T small, Broadcast<T> large) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Largest size of a value within a task; Spark warns about tasks beyond a million bytes. */
  private static final long MOST_SMALL_BYTES = 800_000;

  static <T> BroadcastValue<T> of(JavaSparkContext spark, T value, long bytes) {
    return bytes <= MOST_SMALL_BYTES
        ? new BroadcastValue<>(value, null)
        : new BroadcastValue<>(null, spark.broadcast(value));
  }

  public T value() {
    return large == null ? small : large.value();
  }

  /** Frees the broadcast. No task may read it after that. */
  public void destroy() {
    if (large != null) {
      large.destroy();
    }
  }
}
