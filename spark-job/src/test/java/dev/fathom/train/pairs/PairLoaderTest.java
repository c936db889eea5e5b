// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.ShardReader;
import dev.fathom.data.Split;
import dev.fathom.files.Storage;
import dev.fathom.prepare.Prepare;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.settings.Settings;
import dev.fathom.testing.LocalSpark;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairLoaderTest {
  @TempDir private static java.nio.file.Path directory;
  private static PairLoader loader;
  private static DatasetCard.Counts counts;

  @BeforeAll
  static void prepare() {
    SparkSession spark = LocalSpark.session();
    Settings settings = Settings.of("", List.of(), List.of("input.pairs=200"));
    DatasetCard card =
        new Prepare(spark, PrepareSettings.of(settings))
            .input("gaussian-linear")
            .output(directory.resolve("data").toString())
            .execute()
            .card();
    DatasetFiles files = new DatasetFiles(new Path(directory.resolve("data").toString()));
    counts = files.readCard(new Storage(new Configuration())).counts();
    loader = new PairLoader(new ShardReader(spark, files, card), card);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 3", "2, 3", "3, 3", "5, 3", "4, 1"})
  void theValidationPairsAreTheSameOnAnyNumberOfWorkers(int partitions, int workers) {
    PlacedRdd<PlacedPairs> placed = loader.load(8, partitions, workers);

    List<List<Integer>> sizes =
        placed.each((own, worker) -> own.validation().stream().map(PairPartition::size).toList());

    assertThat(sizes).hasSize(workers);
    assertThat(sizes.stream().flatMap(List::stream)).hasSize(partitions);
    assertThat(sizes.stream().flatMap(List::stream).mapToInt(Integer::intValue).sum())
        .isEqualTo(counts.validation());
    assertThat(placed.each((own, worker) -> own.to() - own.from()))
        .hasSize(workers)
        .allMatch(own -> own > 0);
    placed.release();
  }

  @Test
  void aWholeSplitIsOnePartition() {
    assertThat((long) loader.collect(Split.TRAIN).size()).isEqualTo(counts.train());
    assertThat((long) loader.collect(Split.VALIDATION).size()).isEqualTo(counts.validation());
  }
}
