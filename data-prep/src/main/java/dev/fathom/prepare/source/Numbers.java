// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.util.List;

/** Parses numbers. */
final class Numbers {
  private Numbers() {}

  /** A vector, or an unusable value if a float cannot hold one of its numbers. */
  static RawValue checked(double[] values) {
    for (int column = 0; column < values.length; column++) {
      if (!(Math.abs(values[column]) <= Float.MAX_VALUE)) {
        return new RawValue.Unusable(
            RejectReason.BAD_NUMBER, "column %d holds %s".formatted(column + 1, values[column]));
      }
    }
    return new RawValue.Numbers(values);
  }

  /** Whether text is meant as a number; NaN counts as one, and so does a decimal comma. */
  static boolean isNumber(String text) {
    return !Double.isNaN(parse(text.replace(',', '.'))) || text.strip().equalsIgnoreCase("nan");
  }

  /**
   * Parses the cells of a vector.
   *
   * @throws RejectedRowException if a cell is no number that a float can hold
   */
  static double[] parse(List<String> cells) throws RejectedRowException {
    double[] values = new double[cells.size()];
    for (int column = 0; column < values.length; column++) {
      values[column] = parse(cells.get(column));
      if (!(Math.abs(values[column]) <= Float.MAX_VALUE)) {
        throw new RejectedRowException(
            RejectReason.BAD_NUMBER,
            "column %d holds '%s'%s"
                .formatted(
                    column + 1,
                    cells.get(column),
                    cells.get(column).contains(",") ? ", and decimals take a point" : ""));
      }
    }
    return values;
  }

  private static double parse(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
