// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;
import java.lang.ref.SoftReference;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * Lends out replicas of one training, so that an executor's tasks, round after round, share as many
 * as run at once. What is shipped is only what it takes to make one. Idle replicas may go when
 * memory is short, and after the training.
 *
 * @param training name of the training, unique in the life of an executor
 */
record ReplicaPool(String training, ReplicaSpec spec) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Map<String, SoftReference<Queue<Replica>>> IDLE = new ConcurrentHashMap<>();

  /** Does some work with a replica that nobody else uses meanwhile. */
  <T> T lend(Function<Replica, T> work) {
    Queue<Replica> idle = idle();
    Replica lent = idle.poll();
    Replica replica = lent != null ? lent : new Replica(spec);
    T result = work.apply(replica);
    idle.add(replica);
    return result;
  }

  /** Lets the replicas in this process go, at the end of the training. */
  void release() {
    IDLE.remove(training);
  }

  private Queue<Replica> idle() {
    Queue<Replica> found =
        IDLE.computeIfAbsent(training, name -> new SoftReference<>(new ConcurrentLinkedQueue<>()))
            .get();
    if (found != null) {
      return found;
    }
    Queue<Replica> fresh = new ConcurrentLinkedQueue<>();
    IDLE.put(training, new SoftReference<>(fresh));
    IDLE.values().removeIf(reference -> reference.get() == null);
    return fresh;
  }
}
