// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.model.Towers;
import java.io.Serializable;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * Lends out replicas of one training, so that an executor's tasks, round after round, share as many
 * as run at once. What is shipped is only what it takes to make one.
 *
 * @param training name of the training, unique in the life of an executor
 */
record ReplicaPool(String training, Towers towers, TrainingSettings settings, RoundPlan plan)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Map<String, Queue<Replica>> IDLE = new ConcurrentHashMap<>();

  /** Does some work with a replica that nobody else uses meanwhile. */
  <T> T lend(Function<Replica, T> work) {
    IDLE.keySet().removeIf(other -> !other.equals(training));
    Queue<Replica> idle = IDLE.computeIfAbsent(training, name -> new ConcurrentLinkedQueue<>());
    Replica lent = idle.poll();
    Replica replica = lent != null ? lent : new Replica(towers, settings, plan);
    T result = work.apply(replica);
    idle.add(replica);
    return result;
  }
}
