// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.files.Storage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrices that are written, as they are read again. */
class NpyWriterTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"0, 3", "1, 1", "7, 5", "123456, 2"})
  void aMatrixIsReadAsItWasWritten(int rows, int columns) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NpyWriter writer = new NpyWriter(out, rows, columns);
    float[] expected = new float[rows * columns];
    for (int i = 0; i < rows; i++) {
      float[] row = new float[columns];
      for (int c = 0; c < columns; c++) {
        row[c] = expected[i * columns + c] = i == 3 ? Float.NaN : i + c / 7f;
      }
      writer.add(row);
    }
    writer.end();
    Path file = Files.write(directory.resolve("m.npy"), out.toByteArray());

    Storage storage = new Storage(new Configuration());
    NpyMatrix matrix = NpyMatrix.open(storage, new org.apache.hadoop.fs.Path(file.toString()));

    assertThat(matrix.rows()).isEqualTo(rows);
    assertThat(matrix.columns()).isEqualTo(columns);
    assertThat(matrix.offset() % 64).isZero();
    assertThat(matrix.read(storage, 0, rows)).isEqualTo(expected);
  }

  /** The bytes that numpy.save makes of numpy.array([[1, 2]], dtype='float32'). */
  @Test
  void theBytesAreThoseOfNumPy() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new NpyWriter(out, 1, 2).add(new float[] {1, 2});

    byte[] bytes = out.toByteArray();
    assertThat(bytes).hasSize(128 + 8).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
    assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
        .isEqualTo(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }" + " ".repeat(58) + "\n");
  }

  @Test
  void fewerRowsThanTheHeaderSaysAreAnError() throws Exception {
    NpyWriter writer = new NpyWriter(new ByteArrayOutputStream(), 2, 1);
    writer.add(new float[] {1});

    assertThatThrownBy(writer::end).hasMessageContaining("1 rows were written of 2");
  }
}
