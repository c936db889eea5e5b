// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reduces arrays of equal length, one per partition, to one. Float sums depend on their order, and
 * here the order does not depend on which member adds: neighbours are added in pairs, then the
 * pairs in pairs, as in a binary tree over the numbers of the partitions. A member holds the sums
 * of the largest whole branches of its own partitions.
 */
public final class Runs {
  private final Reduction reduction;
  private final int length;
  private final List<Run> runs = new ArrayList<>();
  private final Deque<float[]> free = new ArrayDeque<>();

  /**
   * The reduced array of partitions {@code [from, to)}.
   *
   * @param array the numbers; null in a plan, which only lists the expected runs
   * @param offset index in the array of number 0, negative if the array starts with a later number
   */
  record Run(int from, int to, float[] array, int offset) {
    static Run whole(int from, int to, float[] array) {
      return new Run(from, to, array, 0);
    }

    /** The runs that a member will have after it has reduced its partitions. */
    static List<Run> planned(Reduction reduction, int from, int to) {
      List<Run> planned = new ArrayList<>();
      if (reduction == Reduction.MAXIMUM) {
        planned.add(whole(from, to, null));
        return planned;
      }
      for (int p = from; p < to; p++) {
        planned.add(whole(p, p + 1, null));
        Runs.join(planned, (first, second) -> {});
      }
      return planned;
    }

    int size() {
      return to - from;
    }

    /** Whether this run and the other are the left and the right half of one branch. */
    boolean joins(Run other) {
      return to == other.from && size() == other.size() && from % (2 * size()) == 0;
    }
  }

  /** Reduces the second of two runs into the array of the first. */
  interface Join {
    void join(Run first, Run second);
  }

  /**
   * @param length number of elements in each array
   */
  public Runs(Reduction reduction, int length) {
    this.reduction = reduction;
    this.length = length;
  }

  /** Starts a new step. */
  public void clear() {
    runs.forEach(run -> free.push(run.array()));
    runs.clear();
  }

  /** Returns an array for the next partition's numbers. Its content is undefined. */
  public float[] next() {
    return free.isEmpty() ? new float[length] : free.peek();
  }

  /**
   * Adds a partition's numbers. Partitions must come in their order.
   *
   * @param array the array that {@link #next} returned
   */
  public void add(int partition, float[] array) {
    if (free.peek() == array) {
      free.pop();
    }
    runs.add(Run.whole(partition, partition + 1, array));
    join(
        runs,
        (first, second) -> {
          reduction.into(first.array(), 0, second.array(), 0, length);
          free.push(second.array());
        });
  }

  /**
   * Adds the maxima of all of the member's own partitions.
   *
   * @param array the array that {@link #next} returned
   */
  public void add(int from, int to, float[] array) {
    if (free.peek() == array) {
      free.pop();
    }
    runs.add(Run.whole(from, to, array));
  }

  List<Run> runs() {
    return runs;
  }

  Reduction reduction() {
    return reduction;
  }

  int length() {
    return length;
  }

  /** Joins the last two runs while they are halves of one branch. */
  static void join(List<Run> runs, Join join) {
    while (runs.size() > 1 && runs.get(runs.size() - 2).joins(runs.get(runs.size() - 1))) {
      joinLast(runs, join);
    }
  }

  private static void joinLast(List<Run> runs, Join join) {
    Run second = runs.remove(runs.size() - 1);
    Run first = runs.remove(runs.size() - 1);
    join.join(first, second);
    runs.add(new Run(first.from(), second.to(), first.array(), first.offset()));
  }

  /** Joins runs that are halves of one branch, in an ordered list. */
  static List<Run> joined(List<Run> ordered, Join join) {
    List<Run> joined = new ArrayList<>();
    for (Run run : ordered) {
      joined.add(run);
      join(joined, join);
    }
    return joined;
  }

  /** Joins the runs of all partitions to one: first whole branches, then the rest from the left. */
  static Run whole(List<Run> ordered, Join join) {
    List<Run> left = joined(ordered, join);
    List<Run> whole = new ArrayList<>();
    for (Run run : left) {
      whole.add(run);
      if (whole.size() == 2) {
        joinLast(whole, join);
      }
    }
    return whole.get(0);
  }
}
