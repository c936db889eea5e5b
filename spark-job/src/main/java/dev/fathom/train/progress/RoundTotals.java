// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import java.util.Optional;
import java.util.OptionalDouble;

/** Totals over the rounds of a training. */
public final class RoundTotals {
  private Optional<RoundReport> last = Optional.empty();
  private double seconds;
  private OptionalDouble validationLoss = OptionalDouble.empty();
  private double lossOfEpoch;
  private int roundsOfEpoch;
  private double epoch;

  public void add(RoundReport report) {
    if (Math.ceil(report.epoch()) > epoch) {
      epoch = Math.ceil(report.epoch());
      lossOfEpoch = 0;
      roundsOfEpoch = 0;
    }
    long before = last.map(RoundReport::pairs).orElse(0L);
    seconds += (report.pairs() - before) / report.pairsPerSecond();
    lossOfEpoch += report.loss();
    roundsOfEpoch++;
    last = Optional.of(report);
    if (report.valLoss().isPresent()) {
      validationLoss = report.valLoss();
    }
  }

  /** The report of the last round; empty before the first round. */
  public Optional<RoundReport> last() {
    return last;
  }

  /**
   * The mean loss, in nats, of the rounds that ended in the last epoch; NaN before the first round.
   */
  public double trainLoss() {
    return lossOfEpoch / roundsOfEpoch;
  }

  /** The latest validation loss; empty if there was none. */
  public OptionalDouble validationLoss() {
    return validationLoss;
  }

  /** Pairs per second of all workers together, averaging included; NaN before the first round. */
  public double pairsPerSecond() {
    return last.map(report -> report.pairs() / seconds).orElse(Double.NaN);
  }
}
