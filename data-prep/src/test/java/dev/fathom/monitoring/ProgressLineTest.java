// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ProgressLine line = new ProgressLine("train", "rounds");

  private Optional<String> after(int seconds, long done, double share, String note) {
    return line.due(Duration.ofSeconds(seconds).toNanos(), done, share, note);
  }

  @Test
  void theLogHasALineEveryTenSeconds() {
    assertThat(after(9, 9, 0, "")).isEmpty();
    assertThat(after(10, 10, 0, "")).isPresent();
    assertThat(after(19, 19, 0, "")).isEmpty();
    assertThat(after(21, 21, 0, "")).isPresent();
  }

  @Test
  void aLineTellsHowMuchIsDoneHowFastAndHowLongItWillTake() {
    assertThat(after(100, 12_000, 0.25, "loss 0.5"))
        .hasValue("train   12,000 rounds   120 a second   5:00 min left   loss 0.5");
    assertThat(after(200, 12_000, 0.01, ""))
        .hasValue("train   12,000 rounds   60 a second   5:30 h left");
  }

  @Test
  void whatIsLeftIsNotToldWhereItIsNotKnown() {
    assertThat(after(10, 20, 0, "")).hasValue("train   20 rounds   2 a second");
    assertThat(after(20, 20, 1, "")).hasValue("train   20 rounds   1 a second");
  }
}
