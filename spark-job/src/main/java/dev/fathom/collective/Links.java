// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.List;

/** Connections from this process to each of the others that share a computation. */
interface Links extends AutoCloseable {
  /**
   * Sends data to each process and receives data from each. All processes must call it in the same
   * order.
   *
   * @param outgoing data to send, for each process; the entry of this process is ignored
   * @param incoming arrays to fill with the data of each process; their total length must be that
   *     of the data
   * @throws IllegalStateException if a process is gone, or the task is killed
   */
  void exchange(List<List<Slice>> outgoing, List<List<Slice>> incoming);

  /**
   * Tells the other processes that no more data will come, and waits until they have received
   * everything.
   */
  void finish();

  /** Closes all connections. */
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
