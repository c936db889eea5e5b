// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

/**
 * Where a training stands after a round, and all that it goes on from.
 *
 * @param round rounds done
 * @param step local steps done
 * @param weights parameters and the optimiser's moments; their arrays must not be written to
 * @param temperature the driver's temperature
 */
record TrainingState(int round, long step, Weights weights, GlobalTemperature.State temperature) {}
