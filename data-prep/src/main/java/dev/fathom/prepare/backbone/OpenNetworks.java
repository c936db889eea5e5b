// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** What is open in this process, once each, for all tasks. */
final class OpenNetworks {
  private static final Map<String, AutoCloseable> OPEN = new HashMap<>();

  private OpenNetworks() {}

  /** What is open under a name; where nothing is, it is opened. */
  static <T extends AutoCloseable> T get(String name, Class<T> type, Callable<T> opening)
      throws Exception {
    synchronized (OPEN) {
      AutoCloseable open = OPEN.get(name);
      if (open == null) {
        open = opening.call();
        OPEN.put(name, open);
      }
      return type.cast(open);
    }
  }

  /** Closes what is open under a name. */
  static void close(String name) {
    synchronized (OPEN) {
      AutoCloseable open = OPEN.remove(name);
      if (open != null) {
        try {
          open.close();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
