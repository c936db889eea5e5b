// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.common;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a person how far a stage is: a bar that is redrawn on a terminal, and a line every few
 * seconds in a log.
 */
public final class ProgressLine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressLine.class);
  private static final int REDRAWN_MILLIS = 500;
  private static final int LOGGED_MILLIS = 10_000;
  private static final int LOGGED_WIDTH = 100;

  private final ProgressBar bar;

  /** A line for a stage that counts such things. */
  @SuppressWarnings("SystemConsoleNull") // On the JDK 17 that Spark runs on it tells a terminal.
  public ProgressLine(String stage, String things) {
    boolean terminal = System.console() != null;
    bar =
        new ProgressBarBuilder()
            .setTaskName(stage)
            .setInitialMax(-1)
            .setUnit(" " + things, 1)
            .showSpeed()
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(terminal ? REDRAWN_MILLIS : LOGGED_MILLIS)
            .setConsumer(
                terminal
                    ? new ConsoleProgressBarConsumer(System.err)
                    : new DelegatingProgressBarConsumer(LOG::info, LOGGED_WIDTH))
            .build();
  }

  /**
   * Where it is now.
   *
   * @param done things so far
   * @param share of all, 0 to 1, as far as it is known
   */
  public void at(long done, double share) {
    bar.maxHint(share > 0 ? Math.max(done, Math.round(done / share)) : -1);
    bar.stepTo(done);
  }

  @Override
  public void close() {
    bar.close();
  }
}
