// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;

/**
 * All that a round starts from, broadcast to the workers. The arrays are shared and must not be
 * written to.
 *
 * @param firstStep number of the round's first local step
 * @param steps local steps of the round
 * @param temperature τ during the round
 * @param weights parameters and the optimiser's moments
 */
record RoundState(long firstStep, int steps, float temperature, Weights weights)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
