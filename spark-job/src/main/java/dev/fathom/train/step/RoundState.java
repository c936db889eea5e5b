// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import java.io.Serializable;

/**
 * The state that a round starts from, besides the weights.
 *
 * @param firstStep number of the round's first local step
 * @param steps number of local steps of the round
 * @param temperature τ and b at the start of the round; they stay the same during it unless the
 *     workers step them
 */
public record RoundState(long firstStep, int steps, Temperature.State temperature)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
