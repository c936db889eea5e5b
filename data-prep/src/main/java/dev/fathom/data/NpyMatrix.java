// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.commons.io.IOUtils;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.Seekable;

/**
 * A matrix in a NumPy {@code .npy} file or in an {@code .npz} archive. Any range of rows can be
 * read: format versions 1 to 3, C or Fortran order, either byte order, floats of 2, 4 or 8 bytes,
 * integers, booleans. More than two axes are read as rows of the first axis, one axis as a column.
 *
 * @param file path of the file
 * @param packed name of the compressed zip entry that holds the matrix, empty for none
 * @param offset bytes before the first number
 * @param type NumPy's name of the type of a number, such as {@code f4}
 * @param littleEndian whether the numbers are little-endian
 * @param fortran whether the matrix is stored column by column
 * @param rows n
 * @param columns d
 */
public record NpyMatrix(
    String file,
    String packed,
    long offset,
    String type,
    boolean littleEndian,
    boolean fortran,
    long rows,
    int columns)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int READ_AT_ONCE = 1 << 20;
  private static final long UNPACKED_AT_ONCE = 1 << 26;

  /** Largest number of numbers in memory at once if the numbers of a row lie apart. */
  private static final long APART_AT_ONCE = 1 << 23;

  /**
   * Most numbers of a packed matrix stored by columns; each {@link #APART_AT_ONCE} unpack it all.
   */
  private static final long MOST_PACKED_APART = 1 << 28;

  private static final Pattern TYPE =
      Pattern.compile("'descr'\\s*+:\\s*+'([<>|=]?)([a-zA-Z][^']{0,30})'");
  private static final Pattern STRUCTURE = Pattern.compile("'descr'\\s*+:\\s*+\\[");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile(
          "'shape'\\s*+:\\s*+\\(\\s*+((?:\\d{1,18}+L?+\\s*+(?:,\\s*+|(?=\\)))){0,8}+)\\)");
  private static final Set<String> WIDE = Set.of("f8", "i4", "u4", "i8", "u8");
  private static final Pattern TYPES = Pattern.compile("f[248]|[iu][1248]|b1");

  /**
   * Reads the header and compares it with the size of the file.
   *
   * @param file a {@code .npy}, or an array of an archive: {@code a.npz/left}
   * @throws FathomException naming the file, if it is no such matrix or shorter than it says
   */
  public static NpyMatrix open(Storage storage, Path file) {
    Optional<Path> archive = NpzFile.archive(storage, file);
    if (archive.isPresent()) {
      return NpzFile.open(storage, archive.get(), file);
    }
    long length = storage.length(file);
    try (DataInputStream in = new DataInputStream(storage.open(file))) {
      return parse(file, length, in);
    } catch (EOFException e) {
      throw broken(file, "it ends within its header").causedBy(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static NpyMatrix parse(Path file, long length, DataInputStream in) throws IOException {
    byte[] magic = new byte[MAGIC.length];
    in.readFully(magic);
    int version = in.readUnsignedByte();
    in.readUnsignedByte();
    if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
      throw broken(file, "it is no NumPy array of format version 1 to 3");
    }
    byte[] size = new byte[version == 1 ? Short.BYTES : Integer.BYTES];
    in.readFully(size);
    ByteBuffer buffer = ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN);
    long headerLength =
        version == 1
            ? Short.toUnsignedLong(buffer.getShort())
            : Integer.toUnsignedLong(buffer.getInt());
    if (headerLength > LONGEST_HEADER) {
      throw broken(file, "its header is said to have " + headerLength + " bytes");
    }
    byte[] header = new byte[(int) headerLength];
    in.readFully(header);
    long offset = MAGIC.length + 2L + size.length + headerLength;
    return of(file, length, offset, new String(header, StandardCharsets.UTF_8));
  }

  private static NpyMatrix of(Path file, long length, long offset, String header) {
    Matcher type = TYPE.matcher(header);
    Matcher fortran = FORTRAN.matcher(header);
    Matcher shape = SHAPE.matcher(header);
    if (STRUCTURE.matcher(header).find()) {
      throw broken(
          file,
          "it holds records of several fields; save the numbers of one, np.save(file, a['name']), or of all, by numpy.lib.recfunctions.structured_to_unstructured(a)");
    }
    if (!type.find() || !fortran.find() || !shape.find()) {
      throw broken(file, "its header does not say type, order and shape");
    }
    if (type.group(2).startsWith("O")) {
      throw broken(
          file,
          "it holds pickled Python objects, which are never read, as they may run code; save numbers: np.save(file, np.stack(list(a)).astype('float32'))");
    }
    if (!TYPES.matcher(type.group(2)).matches()) {
      throw broken(
          file,
          "it holds values of type "
              + type.group(2)
              + ", and integers, booleans and floats of 2 to 8 bytes are read; save a.astype('float32')");
    }
    long[] axes =
        Arrays.stream(shape.group(1).replace("L", "").split("[,\\s]+", -1))
            .filter(axis -> !axis.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    boolean columnByColumn = fortran.group(1).equals("True");
    if (axes.length == 0 || (columnByColumn && axes.length > 2)) {
      throw broken(
          file, "it has " + axes.length + " axes" + (columnByColumn ? " in Fortran order" : ""));
    }
    long columns = 1;
    for (int axis = 1; axis < axes.length && columns <= Integer.MAX_VALUE; axis++) {
      columns = axes[axis] > Integer.MAX_VALUE ? Long.MAX_VALUE : columns * axes[axis];
    }
    int bytes = Integer.parseInt(type.group(2).substring(1));
    long most = (length - offset) / bytes;
    if (columns < 1 || columns > Integer.MAX_VALUE || axes[0] > most / columns) {
      throw broken(
          file,
          String.format(
              "its header says %s numbers of %d bytes, and the file has %d bytes",
              shape.group(1).strip(), bytes, length));
    }
    return new NpyMatrix(
        file.toString(),
        "",
        offset,
        type.group(2),
        !type.group(1).equals(">"),
        columnByColumn,
        axes[0],
        (int) columns);
  }

  /** Returns this matrix within a larger file. */
  NpyMatrix within(Path whole, long at) {
    return new NpyMatrix(
        whole.toString(), "", at + offset, type, littleEndian, fortran, rows, columns);
  }

  /** Returns this matrix within a compressed entry of a zip. */
  NpyMatrix packedIn(Path zip, String entry) {
    if (isApart() && rows * columns > MOST_PACKED_APART) {
      throw broken(
          new Path(file),
          String.format(
              "its %d numbers are compressed and stored column by column, and would have to be unpacked %d times; save it by np.savez, or np.ascontiguousarray(a) by np.savez_compressed",
              rows * columns, rows * columns / APART_AT_ONCE));
    }
    return new NpyMatrix(zip.toString(), entry, offset, type, littleEndian, fortran, rows, columns);
  }

  /**
   * Number of rows that a task reads. Each task unpacks a compressed entry from its start, so for
   * such an entry there are few tasks with many rows.
   *
   * @param most number of rows for a file in which any row can be reached
   */
  public long rowsOfTask(long most) {
    return packed.isEmpty()
        ? most
        : Math.max(1, (isApart() ? APART_AT_ONCE : UNPACKED_AT_ONCE) / columns);
  }

  private boolean isApart() {
    return fortran && columns > 1;
  }

  /** Whether the numbers may not fit into floats. */
  public boolean isWiderThanFloat() {
    return WIDE.contains(type);
  }

  /**
   * Reads the rows {@code [from, to)}.
   *
   * @return (to−from) × d, row-major; numbers that a float cannot hold are rounded
   */
  public float[] read(Storage storage, long from, long to) {
    float[] values = new float[numbers(from, to)];
    int place = 0;
    try (Rows read = rows(storage, from, to)) {
      while (read.hasNext()) {
        for (double number : read.next()) {
          values[place++] = (float) number;
        }
      }
    }
    return values;
  }

  /**
   * Returns the rows {@code [from, to)} as they are asked for, in double precision, exact up to
   * 2^53 for integers. Few are in memory at once. In C order a compressed entry is unpacked once.
   */
  public Rows rows(Storage storage, long from, long to) {
    return new Rows(storage, from, to);
  }

  /** Rows of the matrix in their order. */
  public final class Rows implements Iterator<double[]>, AutoCloseable {
    private final Storage storage;
    private final long to;
    private long row;
    private double[] block = {};
    private int place;
    private Numbers in;

    private Rows(Storage storage, long from, long to) {
      this.storage = storage;
      this.to = to;
      row = from;
    }

    @Override
    public boolean hasNext() {
      return place < block.length || row < to;
    }

    @Override
    public double[] next() {
      if (place == block.length) {
        if (row >= to) {
          throw new NoSuchElementException();
        }
        block = nextBlock();
        place = 0;
      }
      place += columns;
      return Arrays.copyOfRange(block, place - columns, place);
    }

    private double[] nextBlock() {
      long most = (isApart() ? APART_AT_ONCE : READ_AT_ONCE) / columns;
      long end = Math.min(to, row + Math.max(1, most));
      double[] values = new double[numbers(row, end)];
      try {
        if (in == null) {
          in = new Numbers(storage);
        }
        fill(in, row, end, (at, number) -> values[at] = number);
      } catch (IOException e) {
        throw failed(e);
      }
      row = end;
      if (row == to) {
        close();
      }
      return values;
    }

    @Override
    public void close() {
      try {
        if (in != null) {
          in.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private int numbers(long from, long to) {
    return Math.multiplyExact(Math.toIntExact(to - from), columns);
  }

  /** Receives the numbers of a matrix, by their index in row-major order. */
  @FunctionalInterface
  private interface Target {
    void put(int place, double number);
  }

  private void fill(Numbers in, long from, long to, Target target) throws IOException {
    int count = (int) (to - from);
    if (fortran) {
      for (int c = 0; c < columns; c++) {
        int column = c;
        in.read(
            c * rows + from, count, (row, number) -> target.put(row * columns + column, number));
      }
    } else {
      in.read(from * columns, count * columns, target);
    }
  }

  private RuntimeException failed(IOException e) {
    return e instanceof EOFException || e instanceof ZipException
        ? broken(new Path(file), "it is cut off or damaged").causedBy(e)
        : new UncheckedIOException(e);
  }

  /** Reads the numbers in the order of the file. */
  private final class Numbers implements AutoCloseable {
    private final Storage storage;
    private InputStream in;
    private long position;

    Numbers(Storage storage) throws IOException {
      this.storage = storage;
      in = opened();
    }

    private InputStream opened() throws IOException {
      Path path = new Path(file);
      return packed.isEmpty() ? storage.open(path) : NpzFile.entry(storage, path, packed);
    }

    /** Reads from an index on; going back in a compressed entry unpacks it again. */
    void read(long first, int length, Target target) throws IOException {
      int bytes = bytes();
      NpyNumbers.Reader numbers = NpyNumbers.of(type);
      byte[] chunk = new byte[Math.min(READ_AT_ONCE / bytes, length) * bytes];
      ByteBuffer buffer =
          ByteBuffer.wrap(chunk)
              .order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      seek(offset + first * bytes);
      for (int done = 0; done < length; ) {
        int count = Math.min(chunk.length / bytes, length - done);
        IOUtils.readFully(in, chunk, 0, count * bytes);
        for (int i = 0; i < count; i++) {
          target.put(done + i, numbers.at(buffer, i * bytes));
        }
        done += count;
        position += (long) count * bytes;
      }
    }

    private void seek(long to) throws IOException {
      if (in instanceof Seekable seekable) {
        seekable.seek(to);
      } else {
        if (to < position) {
          in.close();
          in = opened();
          position = 0;
        }
        IOUtils.skipFully(in, to - position);
      }
      position = to;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private int bytes() {
    return Integer.parseInt(type.substring(1));
  }

  static FathomException broken(Path file, String why) {
    return FathomException.data("%s cannot be read: %s", file, why);
  }
}
