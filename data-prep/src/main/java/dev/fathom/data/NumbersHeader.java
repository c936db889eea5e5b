// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import dev.fathom.error.Secrets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.commons.lang3.math.NumberUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first row of a CSV file of numbers.
 *
 * @param isHeader whether it names the columns; an empty cell alone does not count as a name
 * @param hasIndex whether the first column numbers the rows, as pandas and R write it: it is the
 *     only column without a name
 */
public record NumbersHeader(boolean isHeader, boolean hasIndex) {
  /** The header of a file without rows. */
  public static final NumbersHeader NONE = new NumbersHeader(false, false);

  private static final Logger LOG = LoggerFactory.getLogger(NumbersHeader.class);
  private static final Pattern NOT_FINITE = Pattern.compile("(?i)[-+]?(nan|inf|infinity)");

  /** Examines the first row of a file, given as texts. Logs a warning about an index. */
  public static NumbersHeader of(Path file, Row first) {
    NumbersHeader header =
        of(
            IntStream.range(0, first.size())
                .mapToObj(column -> first.isNullAt(column) ? "" : first.getString(column))
                .toList());
    if (header.hasIndex()) {
      LOG.warn(
          "the first column of {} has no name; it is taken for the numbers of the rows, and left out",
          Secrets.masked(file.toString()));
    }
    return header;
  }

  static NumbersHeader of(List<String> cells) {
    boolean names = cells.stream().anyMatch(cell -> !cell.isBlank() && !isNumber(cell));
    List<String> others = cells.subList(Math.min(1, cells.size()), cells.size());
    boolean unnamed = !others.isEmpty() && cells.get(0).isBlank();
    boolean index =
        unnamed && (names ? others.stream().noneMatch(String::isBlank) : areCounted(others));
    return new NumbersHeader(names || index, index);
  }

  /** Whether cells are whole numbers that rise by one, the names of columns that have none. */
  private static boolean areCounted(List<String> cells) {
    long first = NumberUtils.toLong(cells.get(0).strip(), -1);
    for (int i = 0; i < cells.size(); i++) {
      if (first < 0 || !cells.get(i).strip().equals(Long.toString(first + i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNumber(String text) {
    // Spreadsheets in half of Europe write a decimal comma.
    String number = text.strip().replace(',', '.');
    try {
      Double.parseDouble(number);
      return true;
    } catch (NumberFormatException e) {
      return NOT_FINITE.matcher(number).matches();
    }
  }
}
