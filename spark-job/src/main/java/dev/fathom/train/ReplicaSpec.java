// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.model.Towers;
import java.io.Serializable;

/**
 * All that it takes to make a {@link Replica}.
 *
 * @param stepsTemperature whether the replica steps the temperature itself
 */
record ReplicaSpec(
    Towers towers,
    TrainingSettings settings,
    TemperatureSettings temperature,
    RoundPlan plan,
    boolean stepsTemperature)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
