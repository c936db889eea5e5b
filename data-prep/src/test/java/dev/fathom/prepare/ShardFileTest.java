// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.random.RandomStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.JavaConverters;
import scala.collection.Seq;

class ShardFileTest {
  private static final Configuration HADOOP = new Configuration();
  private static final StructType VECTORS = PairSchema.rows(Modality.VECTOR, Modality.VECTOR);

  private final RandomGenerator random = RandomStream.of(1, "shard file");
  @TempDir private Path directory;

  private org.apache.hadoop.fs.Path file() {
    return new org.apache.hadoop.fs.Path(directory.resolve("part-0.parquet").toUri());
  }

  private void write(StructType schema, List<Object[]> rows) throws IOException {
    try (ShardFile file = new ShardFile(file(), ShardFile.Schema.of(schema), HADOOP)) {
      for (Object[] row : rows) {
        file.write(row);
      }
    }
  }

  private List<BlockMetaData> groups() throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(file(), HADOOP))) {
      return reader.getRowGroups();
    }
  }

  private Dataset<Row> read() {
    return LocalSpark.session().read().parquet(file().toString());
  }

  private static Object comparable(Object cell) {
    if (cell instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    }
    if (cell instanceof float[] numbers) {
      return IntStream.range(0, numbers.length).mapToObj(i -> numbers[i]).toList();
    }
    if (cell instanceof int[] numbers) {
      return Arrays.stream(numbers).boxed().toList();
    }
    return cell instanceof Seq<?> list ? JavaConverters.seqAsJavaList(list) : cell;
  }

  private void assertReadBack(List<Object[]> rows) {
    List<Row> read = read().collectAsList();
    assertThat(read).hasSameSizeAs(rows);
    for (int i = 0; i < rows.size(); i++) {
      for (int column = 0; column < rows.get(i).length; column++) {
        assertThat(comparable(read.get(i).get(column))).isEqualTo(comparable(rows.get(i)[column]));
      }
    }
  }

  private Object[] vectors(int i, int left, int right) {
    return new Object[] {
      "key " + i, numbers(left), numbers(right), i % 3 == 0 ? null : "a", null, "", "grün", null
    };
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }

  @Test
  void vectorsOfManyPagesAndRowGroupsComeBack() throws IOException {
    List<Object[]> rows = IntStream.range(0, 21_000).mapToObj(i -> vectors(i, 1, 300)).toList();

    write(VECTORS, rows);

    assertReadBack(rows);
    assertThat(groups()).hasSize(2);
    assertThat(groups().get(0).getTotalByteSize())
        .isBetween(ShardFile.ROW_GROUP_BYTES * 9L / 10, ShardFile.ROW_GROUP_BYTES * 12L / 10);
  }

  @Test
  void vectorsWithoutColumnsComeBack() throws IOException {
    List<Object[]> rows = IntStream.range(0, 500).mapToObj(i -> vectors(i, 0, 2)).toList();

    write(VECTORS, rows);

    assertReadBack(rows);
  }

  @Test
  void statisticsHoldTheLeastAndTheGreatestNumber() throws IOException {
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      rows.add(vectors(i, 2, 1));
      ((float[]) rows.get(i)[2])[0] = i == 30_000 ? -7 : i;
    }

    write(VECTORS, rows);

    ColumnChunkMetaData column = groups().get(0).getColumns().get(2);
    assertThat((Object) column.getStatistics().genericGetMin()).isEqualTo(-7f);
    assertThat((Object) column.getStatistics().genericGetMax()).isEqualTo(39_999f);
    assertThat(column.getValueCount()).isEqualTo(40_000);
    assertThat(column.getOffsetIndexReference()).isNotNull();
  }

  @Test
  void wordsAndBytesComeBack() throws IOException {
    List<Object[]> rows =
        IntStream.range(0, 2000)
            .mapToObj(
                i ->
                    new Object[] {
                      "key " + i,
                      new byte[] {(byte) i, 1},
                      IntStream.range(i, i + i % 4).toArray(),
                      "",
                      "a.png",
                      null,
                      null,
                      i % 2 == 0 ? null : new byte[] {(byte) i}
                    })
            .toList();

    write(PairSchema.rows(Modality.IMAGE, Modality.TEXT), rows);

    assertReadBack(rows);
  }

  @Test
  void aFileWithoutRowsTellsItsColumns() throws IOException {
    write(VECTORS, List.of());

    assertThat(read().schema().fieldNames()).isEqualTo(VECTORS.fieldNames());
    assertThat(read().count()).isZero();
  }

  @Test
  void vectorsOfDifferentLengthsAreRefused() throws IOException {
    ShardFile file = new ShardFile(file(), ShardFile.Schema.of(VECTORS), HADOOP);
    file.write(vectors(0, 2, 2));

    assertThatThrownBy(() -> file.write(vectors(1, 3, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 numbers in a column of 2");
  }
}
