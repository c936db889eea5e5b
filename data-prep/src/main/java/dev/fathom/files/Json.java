// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.files;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

/** How values become JSON: an empty {@code Optional} is null there, and null an empty one. */
public final class Json {
  private Json() {}

  /** A mapper of one's own. */
  public static ObjectMapper mapper() {
    return new ObjectMapper().registerModule(new Jdk8Module());
  }
}
