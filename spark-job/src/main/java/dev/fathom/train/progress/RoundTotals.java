// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

/** What the rounds of a training told, added up. */
public final class RoundTotals {
  private RoundReport last;
  private double seconds;
  private Double validationLoss;
  private double lossOfEpoch;
  private int roundsOfEpoch;
  private double epoch;

  public void add(RoundReport report) {
    if (Math.ceil(report.epoch()) > epoch) {
      epoch = Math.ceil(report.epoch());
      lossOfEpoch = 0;
      roundsOfEpoch = 0;
    }
    long before = last == null ? 0 : last.pairs();
    seconds += (report.pairs() - before) / report.pairsPerSecond();
    lossOfEpoch += report.loss();
    roundsOfEpoch++;
    last = report;
    if (report.valLoss() != null) {
      validationLoss = report.valLoss();
    }
  }

  /** The last round, null before the first. */
  public RoundReport last() {
    return last;
  }

  /** The mean loss of the rounds that ended in the last epoch; NaN before the first. */
  public double trainLoss() {
    return lossOfEpoch / roundsOfEpoch;
  }

  /** The latest validation loss, null where there was none. */
  public Double validationLoss() {
    return validationLoss;
  }

  /** Of all workers together, averaging included; NaN before the first round. */
  public double pairsPerSecond() {
    return last == null ? Double.NaN : last.pairs() / seconds;
  }
}
