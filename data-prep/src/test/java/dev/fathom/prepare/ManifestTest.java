// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.data.Split;
import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
  private static final String[] ALL_TRAINING = {
    "split.train=1", "split.validation=0", "split.test=0", "input.maxRejects=1"
  };

  @TempDir Path temporary;

  @BeforeEach
  void pictures() {
    Pictures.write(temporary.resolve("images/red.png"), Color.RED);
    Pictures.write(temporary.resolve("images/blue.png"), Color.BLUE);
  }

  @Test
  void aCsvMayQuoteCommasQuotesAndLineBreaks() throws IOException {
    Path manifest =
        write(
            "pairs.csv",
            """
            file,caption
            images/red.png,"red, ""very"" red
            indeed"
            images/blue.png,blau wie Öl
            """);

    Dataset dataset = prepare(manifest, "image.size=4");

    assertThat(dataset.card().counts()).isEqualTo(new DatasetCard.Counts(2, 0, 2, 0, 0));
    assertThat(dataset.card().x().modality()).isEqualTo(Modality.IMAGE);
    assertThat(sources(dataset))
        .containsOnly(
            entry("images/red.png", "red, \"very\" red\nindeed"),
            entry("images/blue.png", "blau wie Öl"));
    assertThat(dataset.card().y().vocabulary())
        .containsExactly("<unknown>", "red", "blau", "indeed", "very", "wie", "öl");
    assertThat(tokens(dataset).get("images/red.png")).containsExactly(1, 4, 1, 3);
  }

  @Test
  void aQuoteInATsvIsACharacterLikeAnyOther() throws IOException {
    Path manifest =
        write(
            "pairs.tsv",
            """
            file\tcaption
            images/red.png\t"unbalanced
            images/blue.png\t5" of blue, \\ and more
            """);

    Dataset dataset = prepare(manifest);

    assertThat(sources(dataset))
        .containsOnly(
            entry("images/red.png", "\"unbalanced"),
            entry("images/blue.png", "5\" of blue, \\ and more"));
  }

  @Test
  void jsonLinesMayHoldTextNumbersAndVectors() throws IOException {
    Path manifest =
        write(
            "pairs.jsonl",
            """
            {"id": 7, "caption": "seven", "features": [1, 2.5, -3e0]}
            {"id": 8, "caption": "eight", "features": [2, 2.5, 3]}
            {"id": 9, "caption": "short", "features": [2]}
            {"id": 10, "caption": "wrong", "features": [2, "b", 3]}
            {"id": 11, "caption": "no features"}
            {"id": 12, "caption": null, "features": [2, 2, 3]}
            {"id": 13, broken
            """);

    Dataset dataset = prepare(manifest, "input.x=features", "input.key=id");

    assertThat(dataset.card().x().modality()).isEqualTo(Modality.VECTOR);
    assertThat(dataset.card().x().mean()).containsExactly(1.5, 2.5, 0.0);
    assertThat(dataset.card().x().standardDeviation()).containsExactly(0.5, 1.0, 3.0);
    assertThat(Dataset.keys(dataset.rows())).containsExactlyInAnyOrder("7", "8");
    assertThat(dataset.rejects())
        .containsOnly(
            entry("9", "ragged-row"),
            entry("10", "bad-number"),
            entry("11", "missing-value"),
            entry("12", "empty-text"),
            entry("0000000006", "unreadable-row"));
  }

  @Test
  void aJsonArrayIsReadAsItsObjects() throws IOException {
    Path manifest =
        write(
            "pairs.json",
            """
            [
              {"file": "images/red.png", "caption": "red"},
              {"file": "images/blue.png", "caption": "blue"}
            ]
            """);

    assertThat(prepare(manifest).card().counts().train()).isEqualTo(2);
  }

  @Test
  void aByteOrderMarkAndWindowsLineEndsAreNoPartOfTheData() throws IOException {
    Path manifest =
        write("pairs.csv", "\uFEFFfile,caption\r\nimages/red.png,red\r\nimages/blue.png,blue\r\n");
    Path tabs =
        write(
            "pairs.tsv", "\uFEFFfile\tcaption\r\nimages/red.png\tred\r\nimages/blue.png\tblue\r\n");

    for (Path file : List.of(manifest, tabs)) {
      assertThat(sources(prepare(file, "output.overwrite=true", "input.x=file")))
          .containsOnly(entry("images/red.png", "red"), entry("images/blue.png", "blue"));
    }
  }

  @Test
  void everyBadRowIsRejectedForItsReasonAndTheCountsAddUp() throws IOException {
    Files.writeString(temporary.resolve("images/text.png"), "not a picture at all");
    byte[] whole = Files.readAllBytes(temporary.resolve("images/red.png"));
    Files.write(temporary.resolve("images/cut.png"), java.util.Arrays.copyOf(whole, 40));
    Files.write(temporary.resolve("images/empty.png"), new byte[0]);
    Files.createDirectory(temporary.resolve("images/folder.png"));
    Path manifest =
        write(
            "pairs.csv",
            """
            id,file,caption
            good,images/red.png,red
            alsogood,images/blue.png,#
            missing,images/none.png,none
            text,images/text.png,text
            cut,images/cut.png,cut
            empty,images/empty.png,empty
            folder,images/folder.png,folder
            odd,a:b?.png,odd
            nofile,,no file
            nocaption,images/red.png,
            blank,images/red.png,"   "
            short,images/red.png
            long,images/red.png,red,more
            good,images/blue.png,blue
            good,images/blue.png,none
            ,images/red.png,no key
            """);

    Dataset dataset = prepare(manifest, "input.key=id");

    assertThat(Dataset.keys(dataset.rows())).containsExactlyInAnyOrder("good", "alsogood");
    assertThat(dataset.rejects())
        .containsOnly(
            entry("missing", "missing-file"),
            entry("text", "unreadable-image"),
            entry("cut", "unreadable-image"),
            entry("empty", "unreadable-image"),
            entry("folder", "missing-file"),
            entry("odd", "missing-file"),
            entry("nofile", "missing-value"),
            entry("nocaption", "empty-text"),
            entry("blank", "empty-text"),
            entry("0000000011", "ragged-row"),
            entry("0000000012", "ragged-row"),
            entry("good", "duplicate-key"),
            entry("0000000015", "missing-value"));
    assertThat(dataset.card().counts()).isEqualTo(new DatasetCard.Counts(16, 14, 2, 0, 0));
    assertThat(dataset.card().rejects()).containsEntry("duplicate-key", 2L);
    assertThat(dataset.card().rejects().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(14);
    assertThat(sources(dataset)).containsEntry("images/red.png", "red");
  }

  @Test
  void rowsOfAGroupStayInOneSplitTogetherWithTheRowTheyAreNamedAfter() throws IOException {
    StringBuilder rows = new StringBuilder("name,text,other,family\n");
    for (int row = 0; row < 300; row++) {
      int base = row / 3;
      boolean isBase = row % 3 == 0;
      rows.append(
          "folder/%s.txt,word %d,word %d,%s\n"
              .formatted(isBase ? "B" + base : "V" + row, row, row, isBase ? "" : "B" + base));
    }
    Path manifest = write("families.csv", rows.toString());

    Dataset dataset =
        Dataset.of(
            manifest.toString(),
            temporary.resolve("out"),
            "input.x=text",
            "input.y=other",
            "input.key=name",
            "input.label=family",
            "split.groupBy=family");

    Map<String, Set<String>> splits = new HashMap<>();
    for (Split split : Split.values()) {
      for (Row row : dataset.rows(split)) {
        String label = row.getAs(PairSchema.LABEL);
        String name = row.<String>getAs(PairSchema.KEY).replaceAll("folder/|\\.txt", "");
        splits
            .computeIfAbsent(label == null ? name : label, key -> new HashSet<>())
            .add(split.directory());
      }
    }
    assertThat(splits).hasSize(100).allSatisfy((group, in) -> assertThat(in).hasSize(1));
    assertThat(dataset.rows(Split.TEST)).isNotEmpty();
  }

  @Test
  void theVocabularyKnowsTheTrainingSplitOnly() throws IOException {
    String rows =
        IntStream.range(0, 60)
            .mapToObj("common common only%1$d,second\n"::formatted)
            .collect(Collectors.joining());
    Path manifest = write("words.csv", "text,caption\n" + rows);

    Dataset dataset =
        Dataset.of(
            manifest.toString(),
            temporary.resolve("out"),
            "input.x=text",
            "input.y=caption",
            "split.train=0.5",
            "split.validation=0.25",
            "split.test=0.25");

    List<String> expected = new ArrayList<>(List.of("<unknown>", "common"));
    dataset.rows(Split.TRAIN).stream()
        .map(row -> row.<String>getAs(PairSchema.X_SOURCE).substring("common common ".length()))
        .sorted()
        .forEach(expected::add);
    assertThat(dataset.card().x().vocabulary()).containsExactlyElementsOf(expected);
    assertThat(dataset.rows(Split.TEST))
        .isNotEmpty()
        .allSatisfy(
            row ->
                assertThat(row.<Integer>getList(row.fieldIndex(PairSchema.X)))
                    .containsExactly(1, 1, 0));
  }

  @Test
  void onlyTheMostFrequentWordsGetANumberAndOnlyTheFirstAreKept() throws IOException {
    Path manifest = write("words.csv", "text,caption\na a a b b c d,x y z\nb a d e f g h,x y\n");

    Dataset dataset =
        prepare(manifest, "input.x=text", "text.vocabularySize=3", "text.maxTokens=6");

    assertThat(dataset.card().x().vocabulary()).containsExactly("<unknown>", "a", "b");
    assertThat(dataset.card().x().shape()).containsExactly(6);
    assertThat(tokens(dataset, PairSchema.X).values())
        .containsExactlyInAnyOrder(List.of(1, 1, 1, 2, 2, 0), List.of(2, 1, 0, 0, 0, 0));
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(temporary.resolve(name), content, StandardCharsets.UTF_8);
  }

  private Dataset prepare(Path manifest, String... assignments) {
    List<String> all = new ArrayList<>(List.of(ALL_TRAINING));
    all.addAll(List.of(assignments));
    return Dataset.of(manifest.toString(), temporary.resolve("out"), all.toArray(String[]::new));
  }

  private static Map<String, String> sources(Dataset dataset) {
    return dataset.rows().stream()
        .collect(
            Collectors.toMap(
                row -> row.getAs(PairSchema.X_SOURCE), row -> row.getAs(PairSchema.Y_SOURCE)));
  }

  private static Map<String, List<Integer>> tokens(Dataset dataset) {
    return tokens(dataset, PairSchema.Y);
  }

  private static Map<String, List<Integer>> tokens(Dataset dataset, String side) {
    return dataset.rows().stream()
        .collect(
            Collectors.toMap(
                row -> row.getAs(PairSchema.X_SOURCE), row -> row.getList(row.fieldIndex(side))));
  }
}
