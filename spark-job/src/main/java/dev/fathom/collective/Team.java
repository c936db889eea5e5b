// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The members of a collective in one process. They wait for each other several times in a step,
 * which may take less than a millisecond, so they spin for a moment before they sleep.
 */
final class Team {
  private static final Map<String, Team> FORMING = new ConcurrentHashMap<>();

  /** Number of spins, which take about as long as waking a thread. */
  private static final int SPINS = 3000;

  private static final long SLEEP_MILLIS = 100;

  private final int size;
  private final boolean spins;
  private final AtomicInteger joined = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile int turn;
  private volatile Throwable failure;
  private volatile Object shared;

  private Team(int size) {
    this.size = size;
    spins = size <= Runtime.getRuntime().availableProcessors();
  }

  /**
   * Joins the members that use the same key.
   *
   * @param key name of the team, used only once in the life of the process
   * @param number number of this member, from 0
   * @param cancelled whether the member's task has been killed
   */
  static Member join(String key, int number, int size, BooleanSupplier cancelled) {
    Team team = FORMING.computeIfAbsent(key, name -> new Team(size));
    if (team.joined.incrementAndGet() == size) {
      FORMING.remove(key);
    }
    return new Member(team, number, cancelled);
  }

  /** A member's view of the team. */
  record Member(Team team, int number, BooleanSupplier cancelled) {

    /**
     * Waits until all members have called it. Whatever a member wrote before is visible to all
     * afterwards.
     *
     * @throws IllegalStateException if a member has failed, or this member's task is killed
     */
    void await() {
      team.await(cancelled);
    }

    /** Returns an object that the first member makes and all share. */
    @SuppressWarnings("unchecked") // All members call this at the same place of the same program.
    <T> T shared(Supplier<T> make) {
      if (number == 0) {
        team.shared = make.get();
      }
      await();
      T made = (T) team.shared;
      await();
      return made;
    }

    /** Makes the waiting members fail. */
    void fail(Throwable cause) {
      team.fail(cause);
    }
  }

  private void await(BooleanSupplier cancelled) {
    int mine = turn;
    if (waiting.incrementAndGet() == size) {
      waiting.set(0);
      synchronized (this) {
        turn = mine + 1;
        notifyAll();
      }
    } else if (!spun(mine)) {
      sleep(mine, cancelled);
    }
    if (failure != null) {
      throw new IllegalStateException("another worker of this process failed", failure);
    }
  }

  private boolean spun(int mine) {
    for (int i = 0; spins && i < SPINS; i++) {
      if (turn != mine) {
        return true;
      }
      Thread.onSpinWait();
    }
    return turn != mine;
  }

  private synchronized void sleep(int mine, BooleanSupplier cancelled) {
    while (turn == mine && failure == null) {
      try {
        wait(SLEEP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        fail(e);
      }
      if (turn == mine && cancelled.getAsBoolean()) {
        fail(new IllegalStateException("the task was killed while it waited for others"));
      }
    }
  }

  private synchronized void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
    notifyAll();
  }
}
