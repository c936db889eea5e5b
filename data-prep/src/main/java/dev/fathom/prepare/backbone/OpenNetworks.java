// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** Networks and tokenizers that are open in this process, each once for all tasks. */
final class OpenNetworks {
  private static final Map<String, AutoCloseable> OPEN = new HashMap<>();

  private OpenNetworks() {}

  /** Returns the object that is open under a name, and opens it if there is none. */
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

  /** Closes the object that is open under a name. */
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
