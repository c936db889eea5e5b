// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;

/**
 * What a worker gives back after a round.
 *
 * @param losses L of each local step, in nats
 * @param temperatureGradients ∂L/∂log τ of each local step
 * @param seconds spent in arithmetic
 */
record RoundResult(Weights weights, double[] losses, double[] temperatureGradients, double seconds)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
