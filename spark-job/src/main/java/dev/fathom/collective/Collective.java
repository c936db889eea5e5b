// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.List;
import java.util.function.Supplier;

/**
 * A member's view of a computation that several members share. Each member works on its own range
 * of partitions, and they exchange results. All members call the same methods in the same order.
 * The results are the same to the last bit however many members there are and wherever they run.
 */
public interface Collective {
  /** The first of the member's own partitions. */
  int from();

  /** The end of the member's own partitions, exclusive. */
  int to();

  /** Returns an object that one member makes and all members of this process share. */
  <T> T shared(Supplier<T> make);

  /**
   * Returns a collective of this process's members alone, on all partitions, for work that each
   * process does faster than others could send it.
   */
  Collective ofProcess();

  /** Waits until all members have called this method. */
  void await();

  /**
   * Copies in what members of other processes have written.
   *
   * @param arrays arrays that the members of a process share; each member has written the parts of
   *     its own partitions
   */
  void gather(List<Rows> arrays);

  /**
   * Reduces the arrays of all partitions to one.
   *
   * @param mine arrays of the member's own partitions
   * @return the result, which is shared and must not be written to; it is valid until {@code mine}
   *     is cleared
   */
  float[] reduce(Runs mine);

  /**
   * Returns this member's share of work on {@code length} numbers that the members of a process
   * divide.
   */
  Span part(int length);

  /** The range {@code [from, to)} of numbers. */
  record Span(int from, int to) {}

  /**
   * An array with a part for each partition.
   *
   * @param starts index at which each partition's part starts, and finally the end of the array
   */
  record Rows(float[] array, int[] starts) {}

  /** Returns a collective whose only member has all partitions. */
  static Collective alone(int partitions) {
    return new SingleCollective(partitions);
  }
}
