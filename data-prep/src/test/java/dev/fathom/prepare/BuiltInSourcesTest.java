// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.data.Split;
import dev.fathom.files.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltInSourcesTest {
  @TempDir Path temporary;

  @Test
  void gaussianPairsShareTheirFirstFiveColumnsAndAreStandardised() {
    Dataset dataset = Dataset.of("gaussian-linear", temporary.resolve("data"), "input.pairs=2000");

    List<Row> training = dataset.rows(Split.TRAIN);
    assertThat(dataset.card().knownDimension()).contains(5);
    assertThat(dataset.card().x().shape()).containsExactly(20);
    for (int column = 0; column < 20; column++) {
      assertThat(mean(training, PairSchema.X, column)).isCloseTo(0, within(1e-6));
      assertThat(covariance(training, column, PairSchema.X)).isCloseTo(1, within(1e-5));
      assertThat(covariance(training, column, PairSchema.Y))
          .isCloseTo(column < 5 ? 1 : 0, within(0.1));
    }
  }

  @Test
  void nonLinearPairsAreZeroWhereTheirConditionFails() {
    Dataset dataset =
        Dataset.of("gaussian-nonlinear", temporary.resolve("data"), "input.pairs=1000");

    assertThat(dataset.card().knownDimension()).contains(5);
    for (Row row : dataset.rows(Split.TRAIN)) {
      double y = raw(dataset, row, 3, PairSchema.Y);
      assertThat(raw(dataset, row, 3, PairSchema.X)).isCloseTo(Math.max(0, y), within(1e-5));
    }
  }

  @Test
  void scenesArePicturesWithCaptions() {
    Dataset dataset =
        Dataset.of(
            "scenes",
            temporary.resolve("data"),
            "input.pairs=300",
            "scenes.factors=4",
            "image.size=16");

    assertThat(dataset.card().knownDimension()).contains(4);
    assertThat(dataset.card().x().modality()).isEqualTo(Modality.IMAGE);
    assertThat(dataset.card().x().shape()).containsExactly(16, 16, 3);
    assertThat(dataset.card().x().mean()).allMatch(mean -> mean > 0.3 && mean < 0.9);
    assertThat(dataset.card().y().modality()).isEqualTo(Modality.TEXT);
    assertThat(dataset.card().y().vocabulary()).contains("x40", "hue7").doesNotContain("shade7");
    assertThat(dataset.rows())
        .hasSize(300)
        .allMatch(row -> row.<byte[]>getAs(PairSchema.X).length == 16 * 16 * 3)
        .allMatch(row -> row.<String>getAs(PairSchema.Y_SOURCE).contains("hue"));
  }

  @Test
  void countsAddUpAndTheDatasetReadsBackAsComplete() {
    Dataset dataset = Dataset.of("gaussian-linear", temporary.resolve("data"), "input.pairs=500");

    var counts = dataset.card().counts();
    assertThat(counts.read())
        .isEqualTo(500)
        .isEqualTo(counts.rejected() + counts.train() + counts.validation() + counts.test());
    assertThat(dataset.rows(Split.TRAIN)).hasSize((int) counts.train());
    assertThat(dataset.rows(Split.VALIDATION)).hasSize((int) counts.validation());
    assertThat(dataset.rows(Split.TEST)).hasSize((int) counts.test());
    assertThat(dataset.directory().resolve("split=val")).isDirectory();
    Storage storage = new Storage(LocalSpark.session().sparkContext().hadoopConfiguration());
    assertThat(
            new DatasetFiles(new org.apache.hadoop.fs.Path(dataset.directory().toUri()))
                .readCard(storage))
        .isEqualTo(dataset.card());
    assertThat(Files.exists(dataset.directory().resolve("rejects/_SUCCESS"))).isFalse();
  }

  private static double mean(List<Row> rows, String side, int column) {
    return rows.stream()
        .mapToDouble(row -> row.<Float>getList(row.fieldIndex(side)).get(column))
        .average()
        .orElseThrow();
  }

  /** Of a column of x with the same column of a side. */
  private static double covariance(List<Row> rows, int column, String side) {
    return rows.stream()
        .mapToDouble(
            row ->
                row.<Float>getList(row.fieldIndex(PairSchema.X)).get(column)
                    * row.<Float>getList(row.fieldIndex(side)).get(column))
        .average()
        .orElseThrow();
  }

  private static double raw(Dataset dataset, Row row, int column, String side) {
    var card = side.equals(PairSchema.X) ? dataset.card().x() : dataset.card().y();
    return row.<Float>getList(row.fieldIndex(side)).get(column)
            * card.standardDeviation().get(column)
        + card.mean().get(column);
  }
}
