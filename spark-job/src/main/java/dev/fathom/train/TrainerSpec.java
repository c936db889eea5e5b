// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.model.Towers;
import java.io.Serializable;

/** All that it takes to make a {@link Trainer}. */
record TrainerSpec(
    Towers towers, TrainingSettings settings, TemperatureSettings temperature, BatchPlan plan)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
