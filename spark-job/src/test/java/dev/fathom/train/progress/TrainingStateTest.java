// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.settings.Settings;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import org.junit.jupiter.api.Test;

class TrainingStateTest {
  private static final Settings SETTINGS = Settings.defaults();
  private static final float[] PARAMETERS = {1, 2, 3};

  private final TrainingState start =
      TrainingState.initial(
          PARAMETERS, TrainingSettings.of(SETTINGS), TemperatureSettings.of(SETTINGS));

  @Test
  void theLowestValidationLossIsTheBest() {
    TrainingState state = start.validated(3, true).validated(2, true).validated(2.5, true);

    assertThat(state.best().orElseThrow().validationLoss()).isEqualTo(2);
    assertThat(state.validations().sinceBest()).isEqualTo(1);
  }

  @Test
  void itsParametersAreKeptWhereThatIsAskedFor() {
    TrainingState state = start.planned(4, -5).validated(3, true);

    assertThat(state.keptParameters()).isSameAs(PARAMETERS);
    assertThat(state.keptBias()).isEqualTo(-5);
    assertThat(start.validated(3, false).best().orElseThrow().parameters()).isEmpty();
  }

  @Test
  void otherwiseTheLastOnesBecomeTheModel() {
    TrainingState state = start.validated(3, false).planned(4, -5);

    assertThat(state.keptParameters()).isSameAs(PARAMETERS);
    assertThat(state.keptTemperature()).isEqualTo(start.temperature().value());
    assertThat(state.keptBias()).isEqualTo(-5);
  }

  @Test
  void thePlanDecidesThePeriodAndTheBias() {
    TrainingState planned = start.planned(4, -5);

    assertThat(planned.period()).isEqualTo(4);
    assertThat(planned.temperature().bias().value()).isEqualTo(-5);
    assertThat(planned.round()).isZero();
    assertThat(planned.parameters()).isSameAs(PARAMETERS);
  }
}
