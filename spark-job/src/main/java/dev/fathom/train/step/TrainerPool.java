// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import java.io.Serializable;
import java.lang.ref.SoftReference;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * Lends out the trainers of one training, so that the tasks of an executor share as many trainers
 * as run at once, round after round. Only the specification of a trainer is serialised. Idle
 * trainers may be freed when memory is short, and after the training.
 *
 * @param training name of the training, unique within an executor
 */
public record TrainerPool(String training, TrainerSpec spec) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Map<String, SoftReference<Queue<Trainer>>> IDLE = new ConcurrentHashMap<>();

  /** Does some work with a trainer that no other task uses meanwhile. */
  public <T> T lend(Function<Trainer, T> work) {
    Queue<Trainer> idle = idle();
    Trainer lent = idle.poll();
    Trainer trainer = lent != null ? lent : new Trainer(spec);
    T result = work.apply(trainer);
    idle.add(trainer);
    return result;
  }

  /** Frees the trainers in this process, at the end of the training. */
  public void release() {
    IDLE.remove(training);
  }

  private Queue<Trainer> idle() {
    Queue<Trainer> found =
        IDLE.computeIfAbsent(training, name -> new SoftReference<>(new ConcurrentLinkedQueue<>()))
            .get();
    if (found != null) {
      return found;
    }
    Queue<Trainer> fresh = new ConcurrentLinkedQueue<>();
    IDLE.put(training, new SoftReference<>(fresh));
    IDLE.values().removeIf(reference -> reference.get() == null);
    return fresh;
  }
}
