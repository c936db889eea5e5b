// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.collective.Collective;
import dev.fathom.collective.Runs;
import java.util.List;
import java.util.function.Supplier;

/** A collective that measures the time of its exchanges, waiting included. */
final class TimedCollective implements Collective {
  private final Collective collective;
  private final Clock clock;

  /** The time that a member spent in exchanges. */
  private static final class Clock {
    private long nanos;

    <T> T timed(Supplier<T> exchange) {
      long begin = System.nanoTime();
      T result = exchange.get();
      nanos += System.nanoTime() - begin;
      return result;
    }
  }

  TimedCollective(Collective collective) {
    this(collective, new Clock());
  }

  private TimedCollective(Collective collective, Clock clock) {
    this.collective = collective;
    this.clock = clock;
  }

  /** Nanoseconds spent in exchanges of this collective and of {@link #ofProcess}. */
  long nanos() {
    return clock.nanos;
  }

  @Override
  public int from() {
    return collective.from();
  }

  @Override
  public int to() {
    return collective.to();
  }

  @Override
  public <T> T shared(Supplier<T> make) {
    return collective.shared(make);
  }

  @Override
  public Collective ofProcess() {
    return new TimedCollective(collective.ofProcess(), clock);
  }

  @Override
  public void await() {
    clock.timed(
        () -> {
          collective.await();
          return null;
        });
  }

  @Override
  public void gather(List<Rows> arrays) {
    clock.timed(
        () -> {
          collective.gather(arrays);
          return null;
        });
  }

  @Override
  public float[] reduce(Runs mine) {
    return clock.timed(() -> collective.reduce(mine));
  }

  @Override
  public Span part(int length) {
    return collective.part(length);
  }
}
