// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.train.Weights.Moments;
import java.util.Optional;

/** The weights that the executors have. */
final class Shipment implements AutoCloseable {
  private final Workers workers;
  private Optional<Shipped<Weights>> shipped = Optional.empty();
  private float[] shippedParameters;

  Shipment(Workers workers) {
    this.workers = workers;
  }

  /** Brings weights to the executors unless they are there already; others let go of theirs. */
  Shipped<Weights> of(float[] parameters, Moments moments) {
    if (shippedParameters != parameters) {
      close();
      Weights weights = new Weights(parameters, moments);
      shipped = Optional.of(workers.ship(weights, weights.bytes()));
      shippedParameters = parameters;
    }
    return shipped.orElseThrow();
  }

  @Override
  public void close() {
    shipped.ifPresent(Shipped::destroy);
    shipped = Optional.empty();
    shippedParameters = null;
  }
}
