// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Arrays of equal length, one a partition, that become one. Float sums depend on their order, and
 * this one does not depend on who adds up what: neighbours pairwise, then pairs pairwise, as in a
 * binary tree over the partitions' numbers. A member holds the sums of the largest whole branches
 * of its own partitions.
 */
public final class Runs {
  private final Reduction reduction;
  private final int length;
  private final List<Run> runs = new ArrayList<>();
  private final Deque<float[]> free = new ArrayDeque<>();

  /**
   * What became of partitions {@code [from, to)}.
   *
   * @param array null in a plan, which only tells which runs there will be
   * @param offset where in the array number 0 is, or would be if the array held it
   */
  record Run(int from, int to, float[] array, int offset) {
    static Run whole(int from, int to, float[] array) {
      return new Run(from, to, array, 0);
    }

    /** Which runs a member will have. */
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

    /** Whether the other one is the right half of a branch whose left half this one is. */
    boolean joins(Run other) {
      return to == other.from && size() == other.size() && from % (2 * size()) == 0;
    }
  }

  /** How two runs become one that lies in the array of the first. */
  interface Join {
    void join(Run first, Run second);
  }

  /**
   * @param length of each array
   */
  public Runs(Reduction reduction, int length) {
    this.reduction = reduction;
    this.length = length;
  }

  /** Begins a new step. */
  public void clear() {
    runs.forEach(run -> free.push(run.array()));
    runs.clear();
  }

  /** An array to be filled with the next partition's numbers; it holds anything. */
  public float[] next() {
    return free.isEmpty() ? new float[length] : free.peek();
  }

  /**
   * Takes a partition's numbers in; partitions come in their order.
   *
   * @param array what {@link #next} gave
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
   * Takes in the maxima of all own partitions.
   *
   * @param array what {@link #next} gave
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

  /** Joins the last runs as long as they are halves of one branch. */
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

  /** Joins what can be joined of runs that stand in order, as far as they are neighbours. */
  static List<Run> joined(List<Run> ordered, Join join) {
    List<Run> joined = new ArrayList<>();
    for (Run run : ordered) {
      joined.add(run);
      join(joined, join);
    }
    return joined;
  }

  /** Joins runs of all partitions to one: the branches, then what is no branch, from the left. */
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
