// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Reads columns of texts and of lists of floats from a directory of Parquet files, row by row in
 * the order of the files' names, without Spark and with only one row in memory.
 */
public final class ParquetRows {
  private static final String ENDING = ".parquet";
  private static final float[] NONE = {};

  private final Storage storage;
  private final List<Path> files;

  private ParquetRows(Storage storage, List<Path> files) {
    this.storage = storage;
    this.files = files;
  }

  /** Opens the files of a directory, which may hold none. */
  public static ParquetRows of(Storage storage, Path directory) {
    return new ParquetRows(
        storage,
        Arrays.stream(storage.list(directory))
            .map(FileStatus::getPath)
            .filter(file -> file.getName().endsWith(ENDING) && !file.getName().startsWith("."))
            .toList());
  }

  /** A row, valid until the next one. */
  public static final class Row {
    private final Binary[] texts;
    private final float[][] numbers;

    private Row(int columns) {
      texts = new Binary[columns];
      numbers = new float[columns][];
    }

    /** The text of a requested column, by the column's index among these; empty if it is null. */
    public String text(int column) {
      return texts[column] == null ? "" : texts[column].toStringUsingUTF8();
    }

    /** Whether the text of a requested column is null. */
    public boolean isNull(int column) {
      return texts[column] == null;
    }

    /**
     * The numbers of a requested column, empty if it is null; the array is reused for the next row.
     */
    public float[] numbers(int column) {
      return numbers[column];
    }
  }

  /** Receives the rows. */
  public interface Visitor {
    /**
     * Receives a row.
     *
     * @return whether to continue with the next row
     */
    boolean row(Row row) throws IOException;
  }

  /**
   * Reads some columns of all rows, until the visitor stops.
   *
   * @throws FathomException of data naming a file that is not Parquet, or lacks such a column
   */
  public void forEach(List<String> columns, Visitor visitor) {
    for (Path file : files) {
      ParquetFile.require(storage, file, "");
      try (ParquetReader<Row> reader =
          ParquetReader.builder(new Columns(file, columns), file)
              .withConf(storage.fileSystem(file).getConf())
              .build()) {
        for (Row row = next(reader, file); row != null; row = next(reader, file)) {
          if (!visitor.row(row)) {
            return;
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Row next(ParquetReader<Row> reader, Path file) throws IOException {
    try {
      return reader.read();
    } catch (FathomException e) {
      throw e;
    } catch (RuntimeException e) {
      throw FathomException.data("%s is damaged: %s", file, e.getMessage()).causedBy(e);
    }
  }

  /** Tells Parquet which columns are wanted, and where to put their values. */
  private static final class Columns extends ReadSupport<Row> {
    private final Path file;
    private final List<String> columns;

    Columns(Path file, List<String> columns) {
      this.file = file;
      this.columns = columns;
    }

    @Override
    public ReadContext init(InitContext context) {
      MessageType all = context.getFileSchema();
      for (String column : columns) {
        if (!all.containsField(column)) {
          throw FathomException.data("%s has no column %s", file, column);
        }
      }
      return new ReadContext(
          new MessageType(all.getName(), columns.stream().map(all::getType).toList()));
    }

    @Override
    public RecordMaterializer<Row> prepareForRead(
        Configuration hadoop, Map<String, String> metadata, MessageType schema, ReadContext read) {
      return new Rows(file, read.getRequestedSchema());
    }
  }

  /** Builds a row from its values. */
  private static final class Rows extends RecordMaterializer<Row> {
    private final Row row;
    private final Fields root;

    Rows(Path file, MessageType schema) {
      row = new Row(schema.getFieldCount());
      Converter[] converters = new Converter[schema.getFieldCount()];
      for (int column = 0; column < converters.length; column++) {
        Type type = schema.getType(column);
        converters[column] =
            type.isPrimitive() ? new Text(row, column) : list(file, type.asGroupType(), column);
      }
      root =
          new Fields(converters) {
            @Override
            public void start() {
              Arrays.fill(row.texts, null);
              Arrays.fill(row.numbers, NONE);
            }
          };
    }

    /** A converter of Parquet's lists: a group of a repeated group of an element. */
    private Converter list(Path file, GroupType type, int column) {
      Type repeated = type.getType(0);
      if (repeated.isPrimitive() || !repeated.asGroupType().getType(0).isPrimitive()) {
        throw FathomException.data("%s: column %s is no list of numbers", file, type.getName());
      }
      Numbers numbers = new Numbers();
      return new Fields(new Fields(numbers)) {
        @Override
        public void start() {
          numbers.count = 0;
        }

        @Override
        public void end() {
          row.numbers[column] = numbers.all();
        }
      };
    }

    @Override
    public Row getCurrentRecord() {
      return row;
    }

    @Override
    public GroupConverter getRootConverter() {
      return root;
    }
  }

  private static class Fields extends GroupConverter {
    private final Converter[] converters;

    Fields(Converter... converters) {
      this.converters = converters;
    }

    @Override
    public Converter getConverter(int field) {
      return converters[field];
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }

  private static final class Text extends PrimitiveConverter {
    private final Row row;
    private final int column;

    Text(Row row, int column) {
      this.row = row;
      this.column = column;
    }

    @Override
    public void addBinary(Binary value) {
      row.texts[column] = value;
    }
  }

  private static final class Numbers extends PrimitiveConverter {
    private float[] values = NONE;
    private int count;

    /** The numbers of the last complete list. */
    float[] all() {
      if (count < values.length) {
        values = Arrays.copyOf(values, count);
      }
      return values;
    }

    @Override
    public void addFloat(float value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, Math.max(16, 2 * count));
      }
      values[count++] = value;
    }
  }
}
