// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import dev.fathom.monitoring.JobMetrics;
import dev.fathom.monitoring.ProgressLine;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the progress of training to the console and to Spark's metrics, and at the end a summary
 * to the console.
 */
public final class Progress implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Progress.class);

  private final ProgressLine line = new ProgressLine("train", "rounds");
  private final int epochs;
  private final JobMetrics metrics;
  private double epochBefore;
  private long pairsBefore;
  private int roundBefore;
  private final long start = System.nanoTime();
  private Optional<RoundReport> last = Optional.empty();

  public Progress(int epochs, JobMetrics metrics) {
    this.epochs = epochs;
    this.metrics = metrics;
  }

  /** Starts counting after the last round before an interruption, when a training resumes. */
  public void goOn(RoundReport before) {
    epochBefore = before.epoch();
    pairsBefore = before.pairs();
    roundBefore = before.round();
  }

  public void tell(RoundReport report) {
    last = Optional.of(report);
    line.at(
        report.round() - roundBefore,
        (report.epoch() - epochBefore) / (epochs - epochBefore),
        words(report));
    metrics.show("rounds", report::round);
    metrics.show("loss", report::loss);
    metrics.show("temperature", report::temperature);
    metrics.show("pairsPerSecond", report::pairsPerSecond);
    metrics.show("roundOverhead", () -> 1 - report.arithmeticShare());
  }

  private String words(RoundReport report) {
    return String.format(
        Locale.ROOT,
        "epoch %.2f of %d   loss %.4f   temperature %.4f   %,.0f pairs/s",
        report.epoch(),
        epochs,
        report.loss(),
        report.temperature(),
        (report.pairs() - pairsBefore) / ((System.nanoTime() - start) * 1e-9));
  }

  @Override
  public void close() {
    line.close();
    last.ifPresent(report -> LOG.info("train   {} rounds   {}", report.round(), words(report)));
  }
}
