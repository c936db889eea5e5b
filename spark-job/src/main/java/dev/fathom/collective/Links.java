// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.List;

/** Connections from this process to each of the others that share a computation. */
interface Links extends AutoCloseable {
  /**
   * Sends to each process, and takes in what each sends. All processes call it in the same order.
   *
   * @param outgoing for each process what it is sent; the own one's is left out
   * @param incoming for each process what is filled by what it sends, of the same lengths together
   * @throws IllegalStateException where a process is gone, or the task is killed
   */
  void exchange(List<List<Slice>> outgoing, List<List<Slice>> incoming);

  /** Tells the others that nothing more will come, and waits until they have all that was sent. */
  void finish();

  /** Ends the connections. */
  @Override
  void close();

  /** The links of a process that works alone. */
  static Links none() {
    return new Links() {
      @Override
      public void exchange(List<List<Slice>> outgoing, List<List<Slice>> incoming) {}

      @Override
      public void finish() {}

      @Override
      public void close() {}
    };
  }
}
