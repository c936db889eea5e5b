// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.train.step.Weights;
import dev.fathom.train.step.Weights.Moments;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.Workers;
import java.util.Optional;

/** The weights on the executors. */
final class WeightsBroadcast implements AutoCloseable {
  private final Workers workers;
  private Optional<BroadcastValue<Weights>> out = Optional.empty();
  private float[] parametersOut;

  WeightsBroadcast(Workers workers) {
    this.workers = workers;
  }

  /**
   * Returns the weights as a broadcast. Sends them unless the executors have them already, and
   * frees the previous ones.
   */
  BroadcastValue<Weights> of(float[] parameters, Moments moments) {
    if (parametersOut != parameters) {
      close();
      Weights weights = new Weights(parameters, moments);
      out = Optional.of(workers.broadcast(weights, weights.bytes()));
      parametersOut = parameters;
    }
    return out.orElseThrow();
  }

  @Override
  public void close() {
    out.ifPresent(BroadcastValue::destroy);
    out = Optional.empty();
    parametersOut = null;
  }
}
