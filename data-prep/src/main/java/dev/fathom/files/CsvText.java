// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.files;

import com.univocity.parsers.csv.CsvWriter;
import com.univocity.parsers.csv.CsvWriterSettings;
import java.io.StringWriter;
import java.util.List;

/** Tables as CSV text, lines ended by a line feed. */
public final class CsvText {
  private CsvText() {}

  /**
   * Writes a table.
   *
   * @param rows rows, each as long as the header; null is an empty field
   */
  public static String of(List<String> header, List<List<Object>> rows) {
    CsvWriterSettings format = new CsvWriterSettings();
    format.getFormat().setLineSeparator("\n");
    StringWriter text = new StringWriter();
    CsvWriter writer = new CsvWriter(text, format);
    writer.writeHeaders(header);
    rows.forEach(row -> writer.writeRow(row));
    writer.close();
    return text.toString();
  }
}
