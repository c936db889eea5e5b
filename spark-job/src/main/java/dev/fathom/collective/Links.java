// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.List;

/** Connections from this process to each of the others that share a computation. */
interface Links extends AutoCloseable {
  /**
   * Sends data to each process and receives data from each. All processes call it in the same
   * order.
   *
   * @param outgoing what to send, for each process; the own entry is ignored
   * @param incoming arrays to fill with what each process sends; together they have the length of
   *     what it sends
   * @throws IllegalStateException where a process is gone, or the task is killed
   */
  void exchange(List<List<Slice>> outgoing, List<List<Slice>> incoming);

  /**
   * Tells the others that nothing more will come, and waits until they have received everything.
   */
  void finish();

  /** Closes the connections. */
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
