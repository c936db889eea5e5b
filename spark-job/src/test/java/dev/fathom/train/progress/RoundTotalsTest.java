// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RoundTotalsTest {
  private final RoundTotals totals = new RoundTotals();

  @Test
  void beforeTheFirstRoundThereIsNothing() {
    assertThat(totals.last()).isEmpty();
    assertThat(totals.validationLoss()).isEmpty();
    assertThat(totals.trainLoss()).isNaN();
    assertThat(totals.pairsPerSecond()).isNaN();
  }

  @Test
  void theLossIsTheMeanOfTheRoundsThatEndedInTheLastEpoch() {
    totals.add(round(1, 0.5, 4, 100, OptionalDouble.empty()));
    totals.add(round(2, 1.0, 3, 100, OptionalDouble.of(3.5)));
    totals.add(round(3, 1.5, 2, 100, OptionalDouble.empty()));
    totals.add(round(4, 2.0, 1, 100, OptionalDouble.empty()));

    assertThat(totals.trainLoss()).isEqualTo(1.5);
    assertThat(totals.validationLoss()).hasValue(3.5);
    assertThat(totals.last().orElseThrow().round()).isEqualTo(4);
  }

  @Test
  void theRateIsThatOfAllRoundsTogether() {
    totals.add(round(1, 1, 1, 100, OptionalDouble.empty()));
    totals.add(round(2, 2, 1, 300, OptionalDouble.empty()));

    // 1000 pairs each, in 10 and in 3⅓ seconds
    assertThat(totals.pairsPerSecond()).isEqualTo(150, within(1e-9));
  }

  private static RoundReport round(
      int number, double epoch, double loss, double rate, OptionalDouble validationLoss) {
    return new RoundReport(
        number,
        epoch,
        number,
        1000L * number,
        loss,
        validationLoss,
        OptionalDouble.empty(),
        0.07,
        0,
        Optional.empty(),
        0.001,
        rate,
        0.5);
  }
}
