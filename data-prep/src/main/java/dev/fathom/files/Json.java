// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.files;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

/** JSON mappers, for which an empty {@code Optional} is null and null is an empty one. */
public final class Json {
  private Json() {}

  /** Creates a mapper. */
  public static ObjectMapper mapper() {
    return new ObjectMapper().registerModule(new Jdk8Module());
  }
}
