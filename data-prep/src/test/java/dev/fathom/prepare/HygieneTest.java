// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.PairSchema;
import dev.fathom.data.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What repeats, what belongs together, and how shares are kept. */
class HygieneTest {
  @TempDir Path temporary;
  private int outputs;

  @Test
  void repeatedContentIsCountedAndDroppedOnlyWhereThatIsAskedFor() {
    String manifest =
        manifest(
            "a.png,red thing", "a.png,red thing", "a.png,other", "b.png,red thing", "c.png,last");

    Dataset all = prepare(manifest);
    Dataset dropped = prepare(manifest, "input.dropDuplicates=true");

    assertThat(all.card().duplicates()).isEqualTo(new DatasetCard.Duplicates(2, 2, 1));
    assertThat(all.rows()).hasSize(5);
    assertThat(dropped.rows()).hasSize(4);
    assertThat(dropped.rejects()).containsOnly(entry("0000000001", "duplicate-pair"));
  }

  @Test
  void whatIsLeftOutForItsKeyHidesNothing() {
    Corpus.write(temporary.resolve("in/a.png"), Corpus.picture("a.png"));
    Corpus.write(temporary.resolve("in/b.png"), Corpus.picture("b.png"));
    String manifest =
        Corpus.write(
                temporary.resolve("in/keyed.csv"),
                Corpus.text("name,file,caption\nk1,a.png,p\nk1,b.png,q\nk2,b.png,q\n"))
            .toString();

    Dataset dataset = prepare(manifest, "input.key=name", "input.dropDuplicates=true");

    assertThat(Dataset.keys(dataset.rows())).containsExactlyInAnyOrder("k1", "k2");
    assertThat(dataset.rejects()).containsOnly(entry("k1", "duplicate-key"));
    assertThat(dataset.card().duplicates()).isEqualTo(new DatasetCard.Duplicates(0, 0, 0));
  }

  @Test
  void identicalPicturesAreNeverInTwoSplits() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add("p%d.png,caption %d".formatted(i % 60, i));
    }

    Dataset dataset = prepare(manifest(rows.toArray(String[]::new)));

    assertTogether(dataset, row -> row.getAs(PairSchema.X_SOURCE), 60);
  }

  @Test
  void groupsThatShareAPictureAreInOneSplit() {
    List<String> rows = new ArrayList<>();
    for (int family = 0; family < 60; family++) {
      // The last of a family is the first of the next one, in chains of three families.
      int last = family % 3 == 2 ? 1000 + family : family + 1;
      rows.add("p%d.png,first,f%d".formatted(family, family));
      rows.add("q%d.png,second,f%d".formatted(family, family));
      rows.add("p%d.png,third,f%d".formatted(last, family));
    }

    Dataset dataset = prepare(manifest(rows.toArray(String[]::new)), "split.groupBy=family");

    assertTogether(dataset, row -> row.getAs(PairSchema.GROUP), 60);
    assertTogether(dataset, row -> row.getAs(PairSchema.X_SOURCE), 140);
    assertTogether(
        dataset,
        row -> "" + Integer.parseInt(row.<String>getAs(PairSchema.GROUP).substring(1)) / 3,
        20);
  }

  @Test
  void eachLabelGetsTheSharesWhereThatIsAskedFor() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      rows.add("r%d.png,caption %d,%s".formatted(i, i, i % 20 == 0 ? "rare" : "common"));
    }

    Dataset dataset =
        prepare(
            manifest(rows.toArray(String[]::new)),
            "input.label=family",
            "split.stratify=true",
            "split.train=0.5",
            "split.validation=0.25",
            "split.test=0.25");

    Map<String, Long> counts = new HashMap<>();
    for (Split split : Split.values()) {
      for (Row row : dataset.rows(split)) {
        counts.merge(row.getAs(PairSchema.LABEL) + " " + split.directory(), 1L, Long::sum);
      }
    }
    assertThat(counts)
        .containsOnly(
            entry("rare train", 10L),
            entry("rare val", 5L),
            entry("rare test", 5L),
            entry("common train", 190L),
            entry("common val", 95L),
            entry("common test", 95L));
  }

  @Test
  void picturesOfTheCommonestShapeStayWhereNoSquareIsMade() {
    Corpus.write(
        temporary.resolve("in/wide.png"), Pictures.png(Pictures.plain(40, 10, java.awt.Color.RED)));
    String manifest = manifest("a.png,one", "b.png,two", "wide.png,three");

    Dataset dataset = prepare(manifest, "image.resize=keep_ratio", "image.size=6");

    assertThat(dataset.card().x().shape()).containsExactly(6, 8, 3);
    assertThat(dataset.rows()).hasSize(2);
    assertThat(dataset.rejects()).containsOnly(entry("0000000002", "other-shape"));
  }

  @Test
  void shardsMayHoldJpeg() {
    String manifest = manifest("a.png,one", "b.png,two", "c.png,three");

    Dataset raw = prepare(manifest, "image.size=32");
    Dataset jpeg = prepare(manifest, "image.size=32", "image.encoding=jpeg");

    assertThat(jpeg.card().x().mean().get(0))
        .isCloseTo(raw.card().x().mean().get(0), within(1e-12));
    for (Row row : jpeg.rows()) {
      byte[] stored = row.getAs(PairSchema.X);
      assertThat(stored.length).isLessThan(32 * 32 * 3);
      assertThat(jpeg.card().x().encoding().decode(stored)).hasSize(32 * 32 * 3);
    }
  }

  @Test
  void unknownWordsShareTheirNumbersByTheirHash() {
    String manifest = manifest("a.png,one one one two", "b.png,one three four five six");

    Dataset dataset =
        prepare(
            manifest,
            "split.train=1",
            "split.validation=0",
            "split.test=0",
            "text.vocabularySize=5",
            "text.unknownBuckets=4");

    assertThat(dataset.card().y().vocabulary()).hasSize(5).endsWith("one");
    Set<Integer> unknown = new HashSet<>();
    for (Row row : dataset.rows()) {
      unknown.addAll(row.getList(row.fieldIndex(PairSchema.Y)));
    }
    assertThat(unknown).contains(4).hasSizeGreaterThan(2).allMatch(number -> number < 5);
  }

  /** That all rows of one name are in one split. */
  private static void assertTogether(
      Dataset dataset, java.util.function.Function<Row, String> name, int names) {
    Map<String, Set<Split>> splits = new HashMap<>();
    for (Split split : Split.values()) {
      for (Row row : dataset.rows(split)) {
        splits.computeIfAbsent(name.apply(row), key -> new HashSet<>()).add(split);
      }
    }
    assertThat(splits).hasSize(names).allSatisfy((key, in) -> assertThat(in).hasSize(1));
    assertThat(splits.values().stream().distinct().count()).isGreaterThan(1);
  }

  /** A manifest of picture, caption and perhaps family; pictures are made that are not there. */
  private String manifest(String... rows) {
    StringBuilder text = new StringBuilder("file,caption,family\n");
    for (String row : rows) {
      Path file = temporary.resolve("in/" + row.substring(0, row.indexOf(',')));
      if (!file.toFile().exists()) {
        Corpus.write(file, Corpus.picture(file.getFileName().toString()));
      }
      text.append(row).append(row.indexOf(',') == row.lastIndexOf(',') ? ",\n" : "\n");
    }
    return Corpus.write(temporary.resolve("in/pairs.csv"), Corpus.text(text.toString())).toString();
  }

  private Dataset prepare(String input, String... assignments) {
    List<String> all = new ArrayList<>(List.of("image.size=8"));
    all.addAll(List.of(assignments));
    return Dataset.of(input, temporary.resolve("out" + outputs++), all.toArray(String[]::new));
  }
}
