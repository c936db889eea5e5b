// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.error.Secrets;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/** Assignments {@code KEY=VALUE}. One that holds a password cannot be saved. */
final class AssignmentsParam extends StringArrayParam {
  private static final long serialVersionUID = 1L;

  AssignmentsParam(Params owner, String name, String doc) {
    super(owner, name, doc);
  }

  /** The form in which a saved stage holds the value. */
  @Override
  public String jsonEncode(String[] assignments) {
    for (String assignment : assignments) {
      String masked = Secrets.masked(assignment);
      if (!masked.equals(assignment)) {
        throw new IllegalArgumentException(
            "%s: %s holds a password, which a saved stage would show; give it to Hadoop's configuration"
                .formatted(name(), masked));
      }
    }
    return super.jsonEncode(assignments);
  }
}
