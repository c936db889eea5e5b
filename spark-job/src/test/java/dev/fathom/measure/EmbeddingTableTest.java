// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.Digest;
import dev.fathom.data.TextEncoding;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.FathomException;
import dev.fathom.evaluate.Items;
import dev.fathom.files.Storage;
import dev.fathom.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingTableTest {
  private static final EmbeddingColumns NONE =
      new EmbeddingColumns(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          TextEncoding.UTF_8);
  private static final List<Row> ROWS =
      List.of(
          RowFactory.create(
              "a",
              "test",
              "cat",
              new float[] {1, 2},
              new float[] {3, 4},
              Digest.of("a").bytes(),
              Digest.of("word").bytes()),
          RowFactory.create(
              "b",
              "val",
              null,
              new float[] {5, 6},
              new float[] {7, 8},
              Digest.of("b").bytes(),
              Digest.of("word").bytes()));

  @TempDir private Path directory;

  private final SparkSession spark = LocalSpark.session();
  private final Storage storage = new Storage(new Configuration());

  @Test
  void pairsWithEqualDigestsHaveOneItemAndThoseOfOlderEmbeddingsHaveEachTheirOwn()
      throws Exception {
    Path written = directory.resolve("now");
    write(spark.createDataFrame(ROWS, EmbeddingFiles.SCHEMA), written);
    Path older = directory.resolve("older");
    write(spark.createDataFrame(ROWS, EmbeddingFiles.SCHEMA).drop("x_digest", "y_digest"), older);
    for (Path embeddings : List.of(written, older)) {
      Files.writeString(
          embeddings.resolve("_embeddings.json"),
          "{\"dimension\": 2, \"source\": \"s\", \"knownDimension\": null, \"dataset\": \"f\","
              + " \"similarity\": \"cosine\"}");
    }

    assertThat(items(written).countX()).isEqualTo(2);
    assertThat(items(written).countY()).isEqualTo(1);
    assertThat(items(older).countY()).isEqualTo(2);
  }

  private Items items(Path embeddings) {
    EmbeddingTable table = open(embeddings, NONE);
    return EmbeddingRows.collect(embeddings.toString(), table.rows(), 2, 2).pairs().items();
  }

  @Test
  void embeddingsAreReadByTheNamesOfTheirColumnsWhateverTheirOrder() throws Exception {
    Path written = directory.resolve("embeddings");
    write(
        spark
            .createDataFrame(ROWS, EmbeddingFiles.SCHEMA)
            .select("y", "label", "x", "split", "key")
            .withColumn("added", functions.lit("later")),
        written);
    Files.writeString(
        written.resolve("_embeddings.json"),
        "{\"dimension\": 2, \"source\": \"s\", \"knownDimension\": null, \"dataset\": \"f\","
            + " \"similarity\": \"cosine\", \"added\": 1}");

    EmbeddingTable table = open(written, NONE);

    assertThat(table.paired()).isTrue();
    assertThat(table.card().orElseThrow().knownDimension()).isEmpty();
    assertRows(EmbeddingRows.collect(written.toString(), table.rows().orderBy("key"), 2, 2));
  }

  @Test
  void rowsAreCollectedByTheNamesOfTheirColumns() {
    Dataset<Row> rows =
        spark
            .createDataFrame(ROWS, EmbeddingFiles.SCHEMA)
            .select(
                functions.lit(1).as("added"),
                functions.col("x"),
                functions.col("y_digest"),
                functions.col("split"),
                functions.col("y"),
                functions.col("x_digest"),
                functions.col("key"),
                functions.col("label"));

    assertRows(EmbeddingRows.collect(directory.toString(), rows.orderBy("key"), 2, 2));
  }

  @Test
  void anEmbeddingOfAnotherWidthIsRefusedWithItsKey() {
    Dataset<Row> rows = spark.createDataFrame(ROWS, EmbeddingFiles.SCHEMA).orderBy("key");

    assertThatThrownBy(() -> EmbeddingRows.collect(directory.toString(), rows, 2, 3))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("key a has an embedding of 2 numbers instead of 3");
  }

  @Test
  void ofAParquetTheFirstColumnsOfArraysAreTheSides() {
    Path written = directory.resolve("vectors");
    write(
        spark
            .createDataFrame(ROWS, EmbeddingFiles.SCHEMA)
            .select(
                functions.col("key").as("id"),
                functions.col("x").as("image"),
                functions.col("y").as("text"),
                functions.col("label").as("class")),
        written);

    EmbeddingTable all = open(written, NONE);
    EmbeddingTable one =
        open(
            written,
            new EmbeddingColumns(
                Optional.of("text"),
                Optional.empty(),
                Optional.of("id"),
                Optional.of("class"),
                Optional.empty(),
                TextEncoding.UTF_8));

    assertThat(all.paired()).isTrue();
    assertThat(all.card()).isEmpty();
    assertThat(one.paired()).isFalse();
    EmbeddingRows rows = EmbeddingRows.collect(written.toString(), one.rows().orderBy("key"), 2, 0);
    assertThat(rows.keys()).containsExactly("a", "b");
    assertThat(rows.pairs().x()).containsExactly(3, 4, 7, 8);
    assertThat(rows.pairs().y()).isEmpty();
    assertThat(rows.pairs().labels()).containsExactly("cat", "");
  }

  @Test
  void aColumnThatIsNotThereIsRefusedWithThoseThatAre() {
    Path written = directory.resolve("vectors");
    write(spark.createDataFrame(ROWS, EmbeddingFiles.SCHEMA), written);
    EmbeddingColumns columns =
        new EmbeddingColumns(
            Optional.of("z"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            TextEncoding.UTF_8);

    assertThatThrownBy(() -> open(written, columns))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("input.x = z")
        .hasMessageContaining("key, split, label, x, y");
  }

  @Test
  void linesOfTwoMatricesBelongTogether() throws Exception {
    Files.writeString(directory.resolve("x.csv"), "u,v\n1,2\n5,6\n");
    Files.writeString(directory.resolve("y.csv"), "3,4\n7,8\n");
    Files.writeString(directory.resolve("labels.txt"), "cat\ndog\n");
    EmbeddingColumns columns =
        new EmbeddingColumns(
            Optional.of("x.csv"),
            Optional.of("y.csv"),
            Optional.empty(),
            Optional.of("labels.txt"),
            Optional.empty(),
            TextEncoding.UTF_8);

    EmbeddingTable table = open(directory, columns);

    EmbeddingRows rows =
        EmbeddingRows.collect(directory.toString(), table.rows().orderBy("key"), 2, 2);
    assertThat(table.paired()).isTrue();
    assertThat(rows.pairs().x()).containsExactly(1, 2, 5, 6);
    assertThat(rows.pairs().y()).containsExactly(3, 4, 7, 8);
    assertThat(rows.pairs().labels()).containsExactly("cat", "dog");
  }

  @Test
  void matricesOfDifferentLengthsAreRefused() throws Exception {
    Files.writeString(directory.resolve("x.csv"), "1,2\n5,6\n");
    Files.writeString(directory.resolve("y.csv"), "3,4\n");
    EmbeddingColumns columns =
        new EmbeddingColumns(
            Optional.of("x.csv"),
            Optional.of("y.csv"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            TextEncoding.UTF_8);

    assertThatThrownBy(() -> open(directory, columns))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("has 2 rows")
        .hasMessageContaining("has 1");
  }

  private static void assertRows(EmbeddingRows rows) {
    assertThat(rows.keys()).containsExactly("a", "b");
    assertThat(rows.splits()).containsExactly("test", "val");
    assertThat(rows.pairs().labels()).containsExactly("cat", "");
    assertThat(rows.pairs().x()).containsExactly(1, 2, 5, 6);
    assertThat(rows.pairs().y()).containsExactly(3, 4, 7, 8);
  }

  private EmbeddingTable open(Path at, EmbeddingColumns columns) {
    return EmbeddingTable.open(spark, storage, path(at), columns);
  }

  private static void write(Dataset<Row> rows, Path to) {
    rows.coalesce(1).write().parquet(to.toString());
  }

  private static org.apache.hadoop.fs.Path path(Path at) {
    return new org.apache.hadoop.fs.Path(at.toString());
  }
}
