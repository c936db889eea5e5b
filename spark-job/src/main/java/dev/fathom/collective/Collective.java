// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.List;
import java.util.function.Supplier;

/**
 * Several members at the same work, each on its own run of partitions, who exchange what they have
 * in between. All call the same methods in the same order. What comes out is the same to the last
 * bit however many members there are and wherever they run.
 */
public interface Collective {
  /** The first own partition. */
  int from();

  /** The one after the last. */
  int to();

  /** One object for all members of this process, made by one of them. */
  <T> T shared(Supplier<T> make);

  /**
   * This process's members by themselves, on all partitions: for what is done sooner by each
   * process than told to the others.
   */
  Collective ofProcess();

  /** Waits until all members have come. */
  void await();

  /**
   * Fills in what other processes' members have written.
   *
   * @param arrays shared by the members of a process; each member has written the parts of its own
   *     partitions
   */
  void gather(List<Rows> arrays);

  /**
   * The members' arrays become one.
   *
   * @param mine those of the own partitions
   * @return the result, shared and not to be written to; it stays until {@code mine} is cleared
   */
  float[] reduce(Runs mine);

  /** The part of some work on {@code length} numbers that this member does for its process. */
  Span part(int length);

  /** Numbers {@code [from, to)}. */
  record Span(int from, int to) {}

  /**
   * An array that holds something of each partition.
   *
   * @param starts where the partitions' parts start; and after the last, where it ends
   */
  record Rows(float[] array, int[] starts) {}

  /** A lone member, who has all partitions. */
  static Collective alone(int partitions) {
    return new Alone(partitions);
  }
}
