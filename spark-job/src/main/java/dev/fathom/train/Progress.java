// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a person how training goes: a line every few seconds, and the last one. */
final class Progress {
  private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
  private static final long INTERVAL_NANOS = 2_000_000_000L;

  private final int epochs;
  private final long pairsBefore;
  private final double epochBefore;
  private final long start = System.nanoTime();
  private long last = start;

  /**
   * @param before what was done before, by a training that this one goes on with
   */
  Progress(int epochs, Optional<RoundReport> before) {
    this.epochs = epochs;
    pairsBefore = before.map(RoundReport::pairs).orElse(0L);
    epochBefore = before.map(RoundReport::epoch).orElse(0.0);
  }

  void tell(RoundReport report) {
    long now = System.nanoTime();
    boolean ends = report.epoch() >= epochs;
    if (now - last < INTERVAL_NANOS && !ends) {
      return;
    }
    last = now;
    double seconds = (now - start) * 1e-9;
    double left = seconds * (epochs - report.epoch()) / (report.epoch() - epochBefore);
    LOG.info(
        String.format(
            Locale.ROOT,
            "train   epoch %6.2f of %d   round %d   loss %.4f   temperature %.4f   %,.0f pairs/s   %s left",
            report.epoch(),
            epochs,
            report.round(),
            report.loss(),
            report.temperature(),
            (report.pairs() - pairsBefore) / seconds,
            format(left)));
  }

  private static String format(double seconds) {
    Duration left = Duration.ofSeconds(Math.round(seconds));
    return left.toHours() > 0
        ? String.format(Locale.ROOT, "%d:%02d h", left.toHours(), left.toMinutesPart())
        : String.format(Locale.ROOT, "%d:%02d min", left.toMinutes(), left.toSecondsPart());
  }
}
