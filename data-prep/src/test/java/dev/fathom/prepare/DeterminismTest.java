// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.PairSchema;
import dev.fathom.data.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeterminismTest {
  private static final String PARTITION_BYTES = "spark.sql.files.maxPartitionBytes";

  @TempDir Path temporary;

  @AfterEach
  void restoreTheSession() {
    LocalSpark.session().conf().unset(PARTITION_BYTES);
  }

  @Test
  void theSameSeedGivesTheSameRowsInTheSameOrderHoweverTheInputIsCut() throws IOException {
    Path manifest = manifest(400);

    Dataset whole = prepare(manifest, "whole");
    LocalSpark.session().conf().set(PARTITION_BYTES, "1000");
    Dataset cut = prepare(manifest, "cut");

    for (Split split : Split.values()) {
      assertThat(cut.shards(split)).hasSameSizeAs(whole.shards(split));
      assertThat(cut.rows(split)).isEqualTo(whole.rows(split)).isNotEmpty();
    }
    assertThat(whole.shards(Split.TRAIN)).hasSizeGreaterThan(2);
    assertThat(cut.card()).isEqualTo(whole.card());
  }

  @Test
  void vectorsAreStandardisedToTheSameBitsEveryTime() {
    String[] settings = {"input.pairs=2000", "shards.targetSize=50k"};
    Dataset first = Dataset.of("gaussian-linear", temporary.resolve("a"), settings);
    Dataset second = Dataset.of("gaussian-linear", temporary.resolve("b"), settings);

    assertThat(second.card()).isEqualTo(first.card());
    assertThat(second.rows(Split.TEST)).isEqualTo(first.rows(Split.TEST));
  }

  @Test
  void anotherSeedGivesAnotherOrderAndOtherSplits() throws IOException {
    Path manifest = manifest(400);

    Dataset one = prepare(manifest, "one");
    Dataset other = prepare(manifest, "other", "training.seed=43");

    assertThat(Dataset.keys(other.rows(Split.TEST)))
        .isNotEqualTo(Dataset.keys(one.rows(Split.TEST)));
    assertThat(other.card().fingerprint()).isNotEqualTo(one.card().fingerprint());
  }

  @Test
  void aShardHoldsOneSplitAndAboutTheWantedBytes() {
    Dataset dataset =
        Dataset.of(
            "gaussian-linear",
            temporary.resolve("data"),
            "input.pairs=4000",
            "shards.targetSize=100k");

    long bytes = dataset.card().counts().train() * 2 * 20 * Float.BYTES;
    assertThat(dataset.shards(Split.TRAIN)).hasSize((int) Math.ceil(bytes / (100.0 * 1024)));
    assertThat(new HashSet<>(Dataset.keys(dataset.rows()))).hasSize(4000);
  }

  @Test
  void shufflingThePairsKeepsBothSidesAndBreaksEveryPair() throws IOException {
    Path manifest = manifest(200);

    Dataset straight = prepare(manifest, "straight");
    Dataset shuffled = prepare(manifest, "shuffled", "input.shufflePairs=true");

    assertThat(shuffled.card().shuffledPairs()).isTrue();
    assertThat(straight.card().shuffledPairs()).isFalse();
    assertThat(Dataset.keys(shuffled.rows())).isEqualTo(Dataset.keys(straight.rows()));
    assertThat(texts(shuffled.rows(), PairSchema.X_SOURCE))
        .isEqualTo(texts(straight.rows(), PairSchema.X_SOURCE));
    assertThat(texts(shuffled.rows(), PairSchema.Y_SOURCE))
        .containsExactlyInAnyOrderElementsOf(texts(straight.rows(), PairSchema.Y_SOURCE));
    assertThat(shuffled.rows())
        .allSatisfy(
            row ->
                assertThat(row.<String>getAs(PairSchema.Y_SOURCE))
                    .isNotEqualTo(row.<String>getAs(PairSchema.X_SOURCE)));
  }

  @Test
  void aShareOfTheTrainingPairsCanBeMismatchedAndNoOther() throws IOException {
    Path manifest = manifest(400);

    Dataset noisy = prepare(manifest, "noisy", "input.mismatchedPairs=0.25");

    assertThat(mismatched(noisy.rows(Split.TRAIN)) / (double) noisy.rows(Split.TRAIN).size())
        .isBetween(0.15, 0.35);
    assertThat(mismatched(noisy.rows(Split.VALIDATION))).isZero();
    assertThat(mismatched(noisy.rows(Split.TEST))).isZero();
    assertThat(texts(noisy.rows(), PairSchema.Y_SOURCE)).doesNotHaveDuplicates().hasSize(400);
  }

  private static long mismatched(List<Row> rows) {
    return rows.stream()
        .filter(
            row -> !row.<String>getAs(PairSchema.Y_SOURCE).equals(row.getAs(PairSchema.X_SOURCE)))
        .count();
  }

  private Dataset prepare(Path manifest, String output, String... assignments) {
    String[] all = java.util.Arrays.copyOf(assignments, assignments.length + 2);
    all[assignments.length] = "input.x=text";
    all[assignments.length + 1] = "shards.targetSize=1k";
    return Dataset.of(manifest.toString(), temporary.resolve(output), all);
  }

  private Path manifest(int rows) throws IOException {
    String lines =
        IntStream.range(0, rows)
            .mapToObj(row -> "row %1$d\trow %1$d\n".formatted(row))
            .collect(Collectors.joining());
    return Files.writeString(temporary.resolve("pairs.tsv"), "text\tcaption\n" + lines);
  }

  private static List<String> texts(List<Row> rows, String column) {
    return rows.stream().map(row -> row.<String>getAs(column)).toList();
  }
}
