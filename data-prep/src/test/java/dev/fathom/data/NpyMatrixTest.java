// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyMatrixTest {
  private static final java.nio.file.Path FILE =
      java.nio.file.Path.of("target/matrix.npy").toAbsolutePath();
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final byte[] HEADER =
      STORAGE.read(
          file(
              2, "<f4", false, "(3, 2)", numbers("f4", ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4, 5, 6)));

  @ParameterizedTest
  @CsvSource({
    "f2, 1", "f4, 1", "f8, 2", "i1, 1", "i2, 1", "i4, 3", "i8, 1", "u1, 1", "u2, 1", "u4, 1",
    "u8, 2", "b1, 1"
  })
  void readsEveryTypeAndVersion(String type, int version) {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      byte[] numbers = numbers(type, order, 1, 0, 1, 1, 0, 1);
      NpyMatrix matrix = open(file(version, order(order) + type, false, "(2, 3)", numbers));
      assertThat(matrix.rows()).isEqualTo(2);
      assertThat(matrix.columns()).isEqualTo(3);
      assertThat(matrix.read(STORAGE, 0, 2)).containsExactly(1, 0, 1, 1, 0, 1);
      assertThat(matrix.read(STORAGE, 1, 2)).containsExactly(1, 0, 1);
    }
  }

  @Test
  void readsDoublesAndIntegersAsTheyAre() {
    for (String type : new String[] {"f8", "i4", "u8"}) {
      byte[] numbers = numbers(type, ByteOrder.LITTLE_ENDIAN, 100_000_001, 100_000_002);
      NpyMatrix matrix = open(file(1, "<" + type, false, "(2, 1)", numbers));
      assertThat(matrix.isWiderThanFloat()).isTrue();
      NpyMatrix.Rows rows = matrix.rows(STORAGE, 0, 2);
      assertThat(rows.next()).containsExactly(100_000_001);
      assertThat(rows.next()).containsExactly(100_000_002);
      assertThat(rows.hasNext()).isFalse();
      assertThat(matrix.read(STORAGE, 0, 2)).containsExactly(1e8f, 1e8f);
    }
  }

  @Test
  void readsFortranOrderAndRangesOfIt() {
    byte[] numbers = numbers("f4", ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 10, 20, 30);
    NpyMatrix matrix = open(file(1, "<f4", true, "(3, 2)", numbers));
    assertThat(matrix.read(STORAGE, 0, 3)).containsExactly(1, 10, 2, 20, 3, 30);
    assertThat(matrix.read(STORAGE, 1, 3)).containsExactly(2, 20, 3, 30);
  }

  @Test
  void takesOneAxisForAColumnAndMoreForRowsOfTheFirst() {
    byte[] numbers = numbers("f4", ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4);
    assertThat(open(file(1, "<f4", false, "(4,)", numbers)).columns()).isEqualTo(1);
    assertThat(open(file(1, "<f4", false, "(1, 2, 2)", numbers)).columns()).isEqualTo(4);
    assertThat(open(file(1, "<f4", false, "(0, 7)", new byte[0])).rows()).isZero();
  }

  @Test
  void readsHalfPrecisionExactly() {
    byte[] numbers = new byte[12];
    ByteBuffer.wrap(numbers)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) 0x3c01)
        .putShort((short) 0xc000)
        .putShort((short) 0x0001)
        .putShort((short) 0x7bff)
        .putShort((short) 0x7c00)
        .putShort((short) 0x7e00);
    assertThat(open(file(1, "<f2", false, "(6,)", numbers)).read(STORAGE, 0, 6))
        .containsExactly(1 + 0x1p-10f, -2, 0x1p-24f, 65504, Float.POSITIVE_INFINITY, Float.NaN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(3, 3)",
        "(1000000000000, 1)",
        "(999999999999999999, 999999999999999999)",
        "(2, 99999999999, 99999999999)",
        "()",
        "(-1, 2)",
        "(1234567890123456789012, 4)",
        "(999999999999999999, 0)",
        "(1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111x"
      })
  void refusesAHeaderThatLies(String shape) {
    byte[] numbers = numbers("f4", ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4);
    Path file = file(1, "<f4", false, shape, numbers);
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining(file.getName());
  }

  @Test
  void refusesWhatIsNoSuchFile() {
    for (String type : new String[] {"<c8", "|O", "<U5", "<f16"}) {
      assertThatThrownBy(() -> open(file(1, type, false, "(1,)", new byte[64])))
          .isInstanceOf(FathomException.class);
    }
    assertThatThrownBy(() -> open(file(1, "|O", false, "(1,)", new byte[64])))
        .hasMessageContaining("pickled Python objects, which are never read")
        .hasMessageContaining("astype('float32')");
    assertThatThrownBy(() -> open(file(1, "<c8", false, "(1,)", new byte[64])))
        .hasMessageContaining("values of type c8")
        .hasMessageContaining("a.astype('float32')");
    Path records =
        written(
            new String(
                    STORAGE.read(file(1, "HERE", false, "(1,)", new byte[64])),
                    StandardCharsets.ISO_8859_1)
                .replace("'HERE'", "[('x', '<f4'), ('y', '<f4')]".substring(0, 6))
                .getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> open(records))
        .hasMessageContaining("records of several fields")
        .hasMessageContaining("structured_to_unstructured");
    assertThatThrownBy(
            () -> open(written("PK\u0003\u0004 an archive".getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("no NumPy array");
    assertThatThrownBy(() -> open(written(new byte[0])))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("ends within");
  }

  /** Whatever a header says, it is understood or refused. */
  @Fuzz
  void anyHeaderIsUnderstoodOrRefused(@ForAll long seed) throws IOException {
    byte[] bytes = Damage.done(HEADER, seed);
    try {
      NpyMatrix matrix =
          NpyMatrix.parse(
              new Path("x.npy"),
              bytes.length,
              new DataInputStream(new ByteArrayInputStream(bytes)));
      assertThat(matrix.rows() * matrix.columns()).isLessThanOrEqualTo(bytes.length);
    } catch (FathomException e) {
      assertThat(e.getMessage().lines()).hasSize(1);
    } catch (EOFException e) {
      assertThat(bytes.length).isLessThan(1 << 16);
    }
  }

  /** Whatever is done to a file, it is read or refused in one line, at once. */
  @Property(tries = 3000, seed = "71")
  void survivesAnyDamage(@ForAll @IntRange(max = 1_000_000) int seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes =
        Files.readAllBytes(
            java.nio.file.Path.of(
                file(
                        1 + seed % 3,
                        "<f4",
                        seed % 2 == 0,
                        "(3, 2)",
                        numbers("f4", ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4, 5, 6))
                    .toUri()
                    .getPath()));
    for (int damage = random.nextInt(8); damage >= 0; damage--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
    Path file = written(random.nextBoolean() ? bytes : cut);
    try {
      NpyMatrix matrix = open(file);
      long rows = Math.min(matrix.rows(), 10);
      assertThat(matrix.read(STORAGE, 0, rows)).hasSize((int) rows * matrix.columns());
    } catch (FathomException e) {
      assertThat(e.getMessage().lines()).hasSize(1);
    }
  }

  private static NpyMatrix open(Path file) {
    return NpyMatrix.open(STORAGE, file);
  }

  private static char order(ByteOrder order) {
    return order == ByteOrder.LITTLE_ENDIAN ? '<' : '>';
  }

  private static byte[] numbers(String type, ByteOrder order, int... values) {
    int bytes = Integer.parseInt(type.substring(1));
    ByteBuffer buffer = ByteBuffer.allocate(bytes * values.length).order(order);
    for (int value : values) {
      switch (type) {
        case "f2" -> buffer.putShort((short) (value == 0 ? 0 : 0x3c00));
        case "f4" -> buffer.putFloat(value);
        case "f8" -> buffer.putDouble(value);
        default -> {
          switch (bytes) {
            case 1 -> buffer.put((byte) value);
            case 2 -> buffer.putShort((short) value);
            case 4 -> buffer.putInt(value);
            default -> buffer.putLong(value);
          }
        }
      }
    }
    return buffer.array();
  }

  private static Path file(
      int version, String type, boolean fortran, String shape, byte[] numbers) {
    String header =
        String.format(
            "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
            type, fortran ? "True" : "False", shape);
    byte[] text = (header + " ".repeat(20) + "\n").getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    ByteBuffer length = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    if (version == 1) {
      length.putShort((short) text.length);
    } else {
      length.putInt(text.length);
    }
    out.writeBytes(length.array());
    out.writeBytes(text);
    out.writeBytes(numbers);
    return written(out.toByteArray());
  }

  /** Overwrites the one file, so that thousands of trials do not leave as many. */
  private static Path written(byte[] bytes) {
    try {
      return new Path(Files.write(FILE, bytes).toUri());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
