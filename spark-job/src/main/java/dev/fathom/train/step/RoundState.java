// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import java.io.Serializable;

/**
 * What a round starts from beside the weights.
 *
 * @param firstStep number of the round's first local step
 * @param steps local steps of the round
 * @param temperature τ and b at its start, and during it unless the workers step it
 */
public record RoundState(long firstStep, int steps, Temperature.State temperature)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
