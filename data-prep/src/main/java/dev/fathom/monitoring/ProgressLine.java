// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.monitoring;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the progress of a stage: a bar that is redrawn on a terminal, or a line every ten seconds
 * in a log. A stage that ends before that has no line.
 */
public final class ProgressLine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressLine.class);
  private static final int REDRAWN_MILLIS = 500;
  private static final long LOGGED_NANOS = 10_000_000_000L;

  private final String stage;
  private final String things;
  private final Optional<ProgressBar> bar;
  private final long start = System.nanoTime();

  /** Nanoseconds from the start to the last line of the log. */
  private long logged;

  /** Creates a line for a stage that counts these things. */
  // On the JDK 17 that Spark runs on, a console means a terminal.
  @SuppressWarnings("SystemConsoleNull")
  public ProgressLine(String stage, String things) {
    this.stage = stage;
    this.things = things;
    bar = System.console() == null ? Optional.empty() : Optional.of(bar(stage, things));
  }

  private static ProgressBar bar(String stage, String things) {
    return new ProgressBarBuilder()
        .setTaskName(stage)
        .setInitialMax(-1)
        .setUnit(" " + things, 1)
        .showSpeed()
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REDRAWN_MILLIS)
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }

  /**
   * Updates the progress.
   *
   * @param done number of things done
   * @param share share of the whole, 0 to 1, as far as it is known
   * @param note further text
   */
  public void at(long done, double share, String note) {
    if (bar.isPresent()) {
      bar.get().maxHint(share > 0 ? Math.max(done, Math.round(done / share)) : -1);
      bar.get().stepTo(done);
      bar.get().setExtraMessage(note);
      return;
    }
    due(System.nanoTime() - start, done, share, note).ifPresent(LOG::info);
  }

  /** The line of the log at this many nanoseconds after the start, if one is due. */
  Optional<String> due(long nanos, long done, double share, String note) {
    if (nanos - logged < LOGGED_NANOS) {
      return Optional.empty();
    }
    logged = nanos;
    double seconds = nanos * 1e-9;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s   %,d %s   %,.0f a second%s%s",
            stage,
            done,
            things,
            done / seconds,
            share > 0 && share < 1 ? "   " + left(seconds * (1 - share) / share) + " left" : "",
            note.isEmpty() ? "" : "   " + note));
  }

  private static String left(double seconds) {
    Duration left = Duration.ofSeconds(Math.round(seconds));
    return left.toHours() > 0
        ? String.format(Locale.ROOT, "%d:%02d h", left.toHours(), left.toMinutesPart())
        : String.format(Locale.ROOT, "%d:%02d min", left.toMinutes(), left.toSecondsPart());
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
