// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.NpyMatrix;
import dev.fathom.files.Storage;
import dev.fathom.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embeddings as matrices, made of those in Parquet. */
class NpyFilesTest {
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir private Path directory;

  private static Row row(int i, String key, String label) {
    return RowFactory.create(
        key, "test", label, new float[] {i, -i}, new float[] {i / 3f, 7}, null, null);
  }

  private NpyFiles embedded(List<Row> rows) {
    NpyFiles files = new NpyFiles(STORAGE, new org.apache.hadoop.fs.Path(directory.toString()));
    LocalSpark.session()
        .createDataFrame(rows, EmbeddingFiles.SCHEMA)
        .repartitionByRange(3, functions.col(EmbeddingFiles.KEY))
        .sortWithinPartitions(EmbeddingFiles.KEY)
        .write()
        .parquet(files.parquet().toString());
    return files;
  }

  @Test
  void rowsStandInTheOrderOfTheParquetBesideTheirKeysAndLabels() throws Exception {
    NpyFiles files =
        embedded(
            IntStream.range(0, 25)
                .mapToObj(i -> row(i, "k%02d é".formatted(i), i % 2 == 0 ? "even" : null))
                .toList());

    files.write(2);

    List<String> keys = Files.readAllLines(directory.resolve("keys.txt"));
    assertThat(keys)
        .isEqualTo(IntStream.range(0, 25).mapToObj(i -> "k%02d é".formatted(i)).toList());
    assertThat(Files.readAllLines(directory.resolve("labels.txt")))
        .hasSize(25)
        .startsWith("even", "", "even");
    float[] x = matrix("x.npy");
    float[] y = matrix("y.npy");
    for (int i = 0; i < 25; i++) {
      assertThat(x[2 * i + 1]).isEqualTo((float) -i);
      assertThat(y[2 * i]).isEqualTo(i / 3f);
    }
    assertThat(directory.resolve("_parquet")).doesNotExist();
  }

  @Test
  void withoutLabelsThereIsNoFileOfThem() {
    embedded(List.of(row(1, "a", null))).write(2);

    assertThat(directory.resolve("keys.txt")).hasContent("a");
    assertThat(directory.resolve("labels.txt")).doesNotExist();
  }

  @Test
  void aKeyOfSeveralLinesIsRefusedAndNamed() {
    NpyFiles files = embedded(List.of(row(1, "a\nb", null)));

    assertThatThrownBy(() -> files.write(2))
        .hasMessageContaining("a\\u000ab has a line break")
        .hasMessageContaining("--format parquet");
    assertThat(directory.resolve("keys.txt")).doesNotExist();
  }

  private float[] matrix(String name) {
    NpyMatrix matrix =
        NpyMatrix.open(STORAGE, new org.apache.hadoop.fs.Path(directory.resolve(name).toString()));
    return matrix.read(STORAGE, 0, matrix.rows());
  }
}
