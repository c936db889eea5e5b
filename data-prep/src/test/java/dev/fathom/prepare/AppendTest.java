// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.fathom.data.PairSchema;
import dev.fathom.data.Split;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset that is made again, and one that grows. */
class AppendTest {
  private static final String[] SETTINGS = {
    "image.size=8", "shards.targetSize=4k", "input.key=name", "split.groupBy=family"
  };

  @TempDir Path temporary;

  @Test
  void theSameInputAndSettingsAreNotDoneAgain() throws IOException {
    String manifest = manifest("one", 0, 40);
    PrepareResult first = stage(manifest).execute();
    Map<String, byte[]> before = files();

    PrepareResult again = stage(manifest).execute();

    assertThat(first.reused()).isFalse();
    assertThat(again.reused()).isTrue();
    assertThat(again.card()).isEqualTo(first.card());
    assertThat(files()).usingRecursiveComparison().isEqualTo(before);
    manifest("one", 0, 41);
    assertThatThrownBy(() -> stage(manifest).execute())
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("exists already");
  }

  @Test
  void anotherNumberOfBuiltInPairsIsAnotherDataset() {
    Dataset.of("gaussian-linear", temporary.resolve("built"), "input.pairs=50");

    assertThatThrownBy(
            () -> Dataset.of("gaussian-linear", temporary.resolve("built"), "input.pairs=60"))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("exists already");
  }

  @Test
  void aFolderThatHasGrownAddsWhatIsNew() {
    Path folder = temporary.resolve("photos");
    for (int i = 0; i < 30; i++) {
      Corpus.write(folder.resolve(i + ".png"), Corpus.picture(i + ".png"));
      Corpus.write(folder.resolve(i + ".txt"), Corpus.text("photo " + i));
      if (i == 19) {
        Dataset.stage(folder.toString(), output(), "image.size=8").execute();
      }
    }

    PrepareResult more =
        Dataset.stage(folder.toString(), output(), "image.size=8", "input.maxRejects=1")
            .append(true)
            .execute();

    assertThat(more.added().rejects()).containsOnly(entry("duplicate-key", 20L));
    assertThat(more.card().counts().kept()).isEqualTo(30);
    assertThatThrownBy(() -> Dataset.of(folder.toString(), folder.resolve("data"), "image.size=8"))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("lies within the input");
  }

  @Test
  void aPartIsAddedAndNothingThatWasThereIsTouched() throws IOException {
    PrepareResult first = stage(manifest("one", 0, 60)).execute();
    Map<String, byte[]> before = files();

    // Half of the keys and all families of the first 30 are there already; some pictures, too.
    PrepareResult second = stage(manifest("two", 30, 120)).append(true).execute();

    Map<String, byte[]> after = files();
    before.keySet().removeIf(name -> name.contains("dataset.json"));
    before.forEach((name, content) -> assertThat(after.get(name)).as(name).isEqualTo(content));
    assertThat(second.card().x()).isEqualTo(first.card().x());
    assertThat(second.card().y()).isEqualTo(first.card().y());
    assertThat(second.card().parts()).hasSize(2);
    assertThat(second.added().counts().read()).isEqualTo(90);
    assertThat(second.added().rejects()).containsEntry("duplicate-key", 30L);
    assertThat(second.card().counts().read()).isEqualTo(150);
    Dataset whole = new Dataset(output(), second.card());
    assertThat(whole.rows()).hasSize((int) second.card().counts().kept());
    assertThat(new HashSet<>(Dataset.keys(whole.rows()))).hasSameSizeAs(whole.rows());
    assertTogether(whole, PairSchema.GROUP);
    assertTogether(whole, PairSchema.X_SOURCE);
    assertThat(whole.rejects()).hasSize(30 + second.card().rejects().size() - 1);
  }

  @Test
  void aPartThatIsThereIsNotAddedTwice() throws IOException {
    stage(manifest("one", 0, 40)).execute();
    String more = manifest("two", 40, 80);
    stage(more).append(true).execute();
    Map<String, byte[]> before = files();

    PrepareResult again = stage(more).append(true).execute();

    assertThat(again.reused()).isTrue();
    assertThat(files()).usingRecursiveComparison().isEqualTo(before);
  }

  @Test
  void whatWasCutOffWhileAddingIsUndone() throws IOException {
    PrepareResult first = stage(manifest("one", 0, 40)).execute();
    String more = manifest("two", 40, 80);
    // As a part leaves it whose files are half moved in: no mark, a file of a part not listed.
    Files.delete(output().resolve("_SUCCESS"));
    Path shards = output().resolve("split=train");
    try (Stream<Path> parts = Files.list(shards)) {
      Path part =
          parts.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.copy(part, shards.resolve("part-added0001-00000-x.zstd.parquet"));
    }
    Files.createDirectories(output().resolve("_added/split=train"));

    PrepareResult second = stage(more).append(true).execute();

    Dataset whole = new Dataset(output(), second.card());
    assertThat(whole.rows()).hasSize((int) second.card().counts().kept());
    assertThat(second.card().counts().read()).isEqualTo(first.card().counts().read() + 40);
    assertThat(output().resolve("_SUCCESS")).exists();
    assertThat(output().resolve("_added")).doesNotExist();
  }

  @Test
  void aPartOfOtherSettingsOrToNothingIsRefused() throws IOException {
    String manifest = manifest("one", 0, 40);
    assertThatThrownBy(() -> stage(manifest).append(true).execute())
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining("no dataset to append to");
    stage(manifest).execute();
    String more = manifest("two", 40, 80);

    assertThatThrownBy(() -> stage(more, "image.size=9").append(true).execute())
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("size=8")
        .hasMessageContaining("size=9");
    assertThat(output().resolve("_SUCCESS")).exists();
  }

  private static void assertTogether(Dataset dataset, String column) {
    Map<String, Set<Split>> splits = new HashMap<>();
    for (Split split : Split.values()) {
      for (Row row : dataset.rows(split)) {
        splits.computeIfAbsent(row.getAs(column), key -> new HashSet<>()).add(split);
      }
    }
    assertThat(splits).allSatisfy((key, in) -> assertThat(in).hasSize(1));
  }

  private Prepare stage(String input, String... more) {
    return Dataset.stage(
        input,
        output(),
        Stream.concat(Stream.of(SETTINGS), Stream.of(more)).toArray(String[]::new));
  }

  private Path output() {
    return temporary.resolve("out");
  }

  /**
   * Rows {@code [from, to)} of an endless manifest: a picture for each ten, a family for each five.
   */
  private String manifest(String name, int from, int to) {
    StringBuilder text = new StringBuilder("name,file,caption,family\n");
    for (int row = from; row < to; row++) {
      String picture = "p%d.png".formatted(row / 10);
      Corpus.write(temporary.resolve("in/" + picture), Corpus.picture(picture));
      text.append("n%d,%s,caption %d,f%d\n".formatted(row, picture, row, row / 5));
    }
    return Corpus.write(temporary.resolve("in/" + name + ".csv"), Corpus.text(text.toString()))
        .toString();
  }

  private Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(output())) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(output().relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }
}
