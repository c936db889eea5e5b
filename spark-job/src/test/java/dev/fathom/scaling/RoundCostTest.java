// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The closed form against a simulation that knows nothing of it. */
class RoundCostTest {
  private static final long[] PARAMETERS = {100_000, 300_000, 1_000_000, 10_000_000, 100_000_000};
  private static final int[] EXECUTORS = {1, 2, 4, 10, 16, 17, 30, 100, 300, 1000};
  private static final int PERCENT = 16;
  private static final long SEED = 1;

  @ParameterizedTest
  @ValueSource(doubles = {1, 10, 25})
  void theFormulaGivesTheSecondsOfTheSimulation(double gigabits) {
    for (long parameters : PARAMETERS) {
      for (int executors : EXECUTORS) {
        RoundCost cost = RoundCost.onCluster(parameters, executors, gigabits * 1e9 / 8);

        RoundSimulation.Outcome outcome = RoundSimulation.run(cost, 0, SEED);

        assertThat(cost.seconds())
            .as("seconds of %s", cost)
            .isCloseTo(outcome.seconds(), withinPercentage(PERCENT));
        assertThat(cost.taken())
            .as("bytes that come to the driver, %s", cost)
            .isCloseTo(outcome.taken(), withinPercentage(1e-6));
      }
    }
  }

  @Test
  void theFormulaGivesTheBytesThatTheDriverSendsWhereTheNetworkIsSlow() {
    for (long parameters : PARAMETERS) {
      for (int executors : EXECUTORS) {
        RoundCost cost = RoundCost.onCluster(parameters, executors, 1e9 / 8);

        assertThat(cost.sent())
            .as("%s", cost)
            .isCloseTo(RoundSimulation.run(cost, 0, SEED).sent(), withinPercentage(40));
      }
    }
  }

  @Test
  void arithmeticIsAddedToWhatARoundCosts() {
    RoundCost cost = RoundCost.onCluster(1_000_000, 10, 1e9);

    double idle = RoundSimulation.run(cost, 0, SEED).seconds();
    double busy = RoundSimulation.run(cost, 3, SEED).seconds();

    assertThat(busy - idle).isCloseTo(3, within(1e-9));
  }

  @Test
  void aPeriodGivesArithmeticItsShare() {
    RoundCost cost = RoundCost.onCluster(1_000_000, 100, 1e9);

    double arithmetic = cost.period(0.95, 0.01) * 0.01;

    assertThat(arithmetic / (arithmetic + cost.seconds())).isCloseTo(0.95, within(1e-3));
  }
}
