// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.spark.package$;
import org.apache.spark.sql.execution.datasources.parquet.ParquetReadSupport;
import org.apache.spark.sql.execution.datasources.parquet.SparkToParquetSchemaConverter;
import org.apache.spark.sql.types.StructType;

/**
 * A Parquet file of texts, bytes, and lists of numbers, as Spark writes it: its schema, metadata,
 * compression and sizes of pages. The values go to their columns directly, without a row in
 * between. Not thread-safe.
 */
final class ShardFile implements AutoCloseable {
  static final int PAGE_BYTES = ParquetProperties.DEFAULT_PAGE_SIZE;

  /** Size of a row group, which both training and writing hold in memory as a whole. */
  static final int ROW_GROUP_BYTES = 16 << 20;

  /** Rows after which the size of the row group is looked at. */
  private static final int ROWS_OF_A_CHECK = 100;

  private static final String VERSION = "org.apache.spark.version";

  private final Schema schema;
  private final MessageType type;
  private final List<ColumnDescriptor> columns;
  private final CodecFactory codecs;
  private final ParquetFileWriter file;
  private final VectorColumn[] vectors;
  private final ColumnWriter[] others;
  private ColumnChunkPageWriteStore pages;
  private ColumnWriteStore store;
  private long rows;

  /**
   * The columns of a file.
   *
   * @param parquet the columns in Parquet's notation
   * @param spark the columns in Spark's, as JSON
   */
  record Schema(String parquet, String spark) {
    static Schema of(StructType type) {
      return new Schema(
          new SparkToParquetSchemaConverter(
                  false, SparkToParquetSchemaConverter.$lessinit$greater$default$2(), false)
              .convert(type)
              .toString(),
          type.json());
    }
  }

  /** Creates a file, which must not exist. */
  ShardFile(Path path, Schema schema, Configuration hadoop) throws IOException {
    this.schema = schema;
    type = MessageTypeParser.parseMessageType(schema.parquet());
    columns = type.getColumns();
    vectors = new VectorColumn[columns.size()];
    others = new ColumnWriter[columns.size()];
    codecs = new CodecFactory(hadoop, PAGE_BYTES);
    file =
        new ParquetFileWriter(
            HadoopOutputFile.fromPath(path, hadoop),
            type,
            ParquetFileWriter.Mode.CREATE,
            ROW_GROUP_BYTES,
            ParquetWriter.MAX_PADDING_SIZE_DEFAULT,
            ParquetProperties.DEFAULT_COLUMN_INDEX_TRUNCATE_LENGTH,
            ParquetProperties.DEFAULT_STATISTICS_TRUNCATE_LENGTH,
            ParquetProperties.DEFAULT_PAGE_WRITE_CHECKSUM_ENABLED);
    file.start();
    begin();
  }

  private void begin() {
    rows = 0;
    pages =
        new ColumnChunkPageWriteStore(
            codecs.getCompressor(CompressionCodecName.ZSTD),
            type,
            new HeapByteBufferAllocator(),
            ParquetProperties.DEFAULT_COLUMN_INDEX_TRUNCATE_LENGTH,
            ParquetProperties.DEFAULT_PAGE_WRITE_CHECKSUM_ENABLED);
    List<Type> fields =
        type.getFields().stream().filter(field -> !isVector(columnOf(field))).toList();
    store =
        ParquetProperties.builder()
            .build()
            .newColumnWriteStore(new MessageType(type.getName(), fields), pages);
    fields.forEach(field -> others[indexOf(field)] = store.getColumnWriter(columnOf(field)));
    for (int i = 0; i < vectors.length; i++) {
      if (vectors[i] != null) {
        vectors[i].into(pages.getPageWriter(columns.get(i)));
      }
    }
  }

  private int indexOf(Type field) {
    return type.getFieldIndex(field.getName());
  }

  /** The only column of a field. */
  private ColumnDescriptor columnOf(Type field) {
    return columns.get(indexOf(field));
  }

  private static boolean isVector(ColumnDescriptor column) {
    return column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.FLOAT;
  }

  /**
   * Adds a row.
   *
   * @param values for each column a {@code String}, {@code byte[]}, {@code int[]}, {@code float[]}
   *     of always the same length, or null
   */
  void write(Object[] values) throws IOException {
    for (int i = 0; i < values.length; i++) {
      ColumnDescriptor column = columns.get(i);
      if (values[i] instanceof float[] numbers) {
        if (vectors[i] == null) {
          vectors[i] = new VectorColumn(column, numbers.length, pages.getPageWriter(column));
        }
        vectors[i].add(numbers);
      } else {
        write(values[i], others[i], column.getMaxDefinitionLevel());
      }
    }
    store.endRecord();
    rows++;
    if (rows % ROWS_OF_A_CHECK == 0 && bufferedBytes() >= ROW_GROUP_BYTES) {
      end();
      begin();
    }
  }

  /**
   * Writes a value.
   *
   * @param present definition level of a value that is there
   */
  private static void write(Object value, ColumnWriter column, int present) {
    if (value instanceof int[] numbers) {
      for (int i = 0; i < numbers.length; i++) {
        column.write(numbers[i], i == 0 ? 0 : 1, present);
      }
      if (numbers.length == 0) {
        column.writeNull(0, 0);
      }
    } else if (value == null) {
      column.writeNull(0, 0);
    } else {
      byte[] bytes =
          value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) value;
      column.write(Binary.fromConstantByteArray(bytes), 0, present);
    }
  }

  private long bufferedBytes() {
    return store.getBufferedSize() + written().mapToLong(VectorColumn::bufferedBytes).sum();
  }

  private Stream<VectorColumn> written() {
    return Arrays.stream(vectors).filter(Objects::nonNull);
  }

  /** Ends the row group. */
  private void end() throws IOException {
    if (rows > 0) {
      file.startBlock(rows);
      store.flush();
      for (VectorColumn vector : written().toList()) {
        vector.flush();
      }
      pages.flushToFileWriter(file);
      file.endBlock();
    }
    store.close();
  }

  @Override
  public void close() throws IOException {
    end();
    codecs.release();
    file.end(
        Map.of(
            VERSION,
            package$.MODULE$.SPARK_VERSION_SHORT(),
            ParquetReadSupport.SPARK_METADATA_KEY(),
            schema.spark()));
  }
}
