// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.Corpus;
import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzFileTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final byte[] STORED = archive(true);
  private static final byte[] PACKED = archive(false);
  private static final byte[] BY_COLUMNS =
      Corpus.zip(Map.of("right.npy", Corpus.npyByColumns(new byte[][] {{1, 2, 3}, {4, 5, 6}})));

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anArrayIsReadByItsName(boolean stored) throws IOException {
    Path archive = written(stored ? STORED : PACKED);

    NpyMatrix right = NpyMatrix.open(STORAGE, new Path(archive, "right"));

    assertThat(NpzFile.names(STORAGE, archive)).containsExactly("left", "right");
    assertThat(right.packed().isEmpty()).isEqualTo(stored);
    assertThat(right.rows()).isEqualTo(3);
    assertThat(right.columns()).isEqualTo(2);
    assertThat(right.read(STORAGE, 0, 3)).containsExactly(7, 8, 9, 10, 11, 12);
    assertThat(right.read(STORAGE, 1, 2)).containsExactly(9, 10);
    assertThat(NpyMatrix.open(STORAGE, new Path(archive, "left.npy")).read(STORAGE, 0, 1))
        .containsExactly(1);
  }

  @Test
  void aPackedArrayOfManyBlocksIsReadInOnePass() throws IOException {
    float[][] rows = new float[600_000][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[] {i, -i, i % 7};
    }
    Path archive = written(Corpus.zip(Map.of("wide.npy", Corpus.npy(rows, rows.length))));
    NpyMatrix matrix = NpyMatrix.open(STORAGE, new Path(archive, "wide"));

    try (NpyMatrix.Rows read = matrix.rows(STORAGE, 5, rows.length)) {
      for (int i = 5; i < rows.length; i++) {
        double[] row = read.next();
        if (row[0] != i || row[1] != -i || row[2] != i % 7) {
          throw new AssertionError("row " + i + " is " + Arrays.toString(row));
        }
      }
      assertThat(read.hasNext()).isFalse();
    }
  }

  @Test
  void aPackedArrayThatIsStoredByColumnsIsReadInPiecesOfBoundedSize() throws IOException {
    byte[][] columns = new byte[5][1_800_000];
    for (int c = 0; c < columns.length; c++) {
      for (int i = 0; i < columns[c].length; i++) {
        columns[c][i] = byteAt(i, c);
      }
    }
    Path archive = written(Corpus.zip(Map.of("tall.npy", Corpus.npyByColumns(columns))));
    NpyMatrix matrix = NpyMatrix.open(STORAGE, new Path(archive, "tall"));

    assertThat(matrix.rowsOfTask(Long.MAX_VALUE)).isLessThan(matrix.rows());
    try (NpyMatrix.Rows read = matrix.rows(STORAGE, 7, matrix.rows())) {
      for (int i = 7; i < matrix.rows(); i++) {
        double[] row = read.next();
        for (int c = 0; c < row.length; c++) {
          if (row[c] != byteAt(i, c)) {
            throw new AssertionError("row " + i + " is " + Arrays.toString(row));
          }
        }
      }
      assertThat(read.hasNext()).isFalse();
    }
  }

  private static byte byteAt(int row, int column) {
    return (byte) (row * 31 + row / 251 + 7 * column);
  }

  @Test
  void aLargePackedArrayThatIsStoredByColumnsIsRefusedWithWhatToDo() throws IOException {
    int rows = 100_000_000;
    byte[] header = Corpus.header("<f4", true, rows, 8);
    NpyMatrix matrix =
        NpyMatrix.parse(
            new Path("a.npz/x"),
            header.length + 32L * rows,
            new DataInputStream(new ByteArrayInputStream(header)));

    assertThatThrownBy(() -> matrix.packedIn(new Path("a.npz"), "x.npy"))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining("a.npz/x cannot be read")
        .hasMessageContaining("unpacked 95 times")
        .hasMessageContaining("np.savez,");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNameThatIsNotThereIsAUsageErrorThatNamesThoseThatAre(boolean stored) throws IOException {
    Path archive = written(stored ? STORED : PACKED);

    assertThatThrownBy(() -> NpyMatrix.open(STORAGE, new Path(archive, "middle")))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("there is no array middle in")
        .hasMessageContaining("left, right");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no zip", "PK\u0003\u0004 nor this"})
  void whatIsNoArchiveIsADataError(String content) throws IOException {
    Path archive = written(content.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> NpzFile.names(STORAGE, archive))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining("no whole .npz");
  }

  /** Whatever is done to an archive, its arrays are read or refused in one line. */
  @Fuzz
  void anyDamageIsSurvived(@ForAll long seed) throws IOException {
    byte[] whole = List.of(STORED, PACKED, BY_COLUMNS).get((int) Math.floorMod(seed, 3L));
    Path archive = written(Damage.done(whole, seed));
    try {
      for (String name : NpzFile.names(STORAGE, archive)) {
        NpyMatrix matrix = NpyMatrix.open(STORAGE, new Path(archive, "right"));
        long rows = Math.min(matrix.rows(), 10);
        assertThat(matrix.read(STORAGE, 0, rows)).as(name).hasSize((int) rows * matrix.columns());
      }
    } catch (FathomException e) {
      assertThat(e.getMessage().lines()).hasSize(1);
    } finally {
      Files.delete(java.nio.file.Path.of(archive.toUri()));
    }
  }

  private static byte[] archive(boolean stored) {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("left.npy", Corpus.npy(new float[][] {{1}, {2}, {3}}, 3));
    arrays.put("right.npy", Corpus.npy(new float[][] {{7, 8}, {9, 10}, {11, 12}}, 3));
    if (!stored) {
      return Corpus.zip(arrays);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
        ZipEntry entry = new ZipEntry(array.getKey());
        CRC32 sum = new CRC32();
        sum.update(array.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(array.getValue().length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(array.getValue());
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static Path written(byte[] bytes) throws IOException {
    java.nio.file.Path file = Files.createTempFile("arrays", ".npz");
    file.toFile().deleteOnExit();
    return new Path(Files.write(file, bytes).toUri());
  }
}
