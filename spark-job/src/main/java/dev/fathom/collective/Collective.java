// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.List;
import java.util.function.Supplier;

/**
 * Members that share a computation. Each works on its own range of partitions, and they exchange
 * results. All call the same methods in the same order. The results are the same to the last bit
 * however many members there are and wherever they run.
 */
public interface Collective {
  /** The first own partition. */
  int from();

  /** The end of the own partitions, exclusive. */
  int to();

  /** An object that one member makes and all members of this process share. */
  <T> T shared(Supplier<T> make);

  /**
   * The members of this process alone, on all partitions: for work that each process does faster
   * than others could send it.
   */
  Collective ofProcess();

  /** Waits until all members have called it. */
  void await();

  /**
   * Copies in what members of other processes have written.
   *
   * @param arrays shared by the members of a process; each member has written the parts of its own
   *     partitions
   */
  void gather(List<Rows> arrays);

  /**
   * Reduces the arrays of all partitions to one.
   *
   * @param mine arrays of the own partitions
   * @return the result, shared and not to be written to; it stays until {@code mine} is cleared
   */
  float[] reduce(Runs mine);

  /** This member's share of work on {@code length} numbers that the members of a process divide. */
  Span part(int length);

  /** Numbers {@code [from, to)}. */
  record Span(int from, int to) {}

  /**
   * An array with a part for each partition.
   *
   * @param starts index at which each partition's part starts, and last the end of the array
   */
  record Rows(float[] array, int[] starts) {}

  /** A collective whose only member has all partitions. */
  static Collective alone(int partitions) {
    return new SingleCollective(partitions);
  }
}
