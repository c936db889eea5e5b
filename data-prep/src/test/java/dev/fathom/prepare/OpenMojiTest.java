// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fathom.data.PairSchema;
import dev.fathom.data.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenMojiTest {
  private static final Path CAPTIONS = Path.of("../../shared/data/openmoji/captions.tsv");

  @TempDir Path temporary;

  @Test
  void everyRowOfARealCollectionIsReadAndVariantsStayWithTheirBase() {
    assumeTrue(
        Files.exists(CAPTIONS), CAPTIONS + " is absent; OpenMoji is not part of the project");

    Dataset dataset =
        Dataset.of(
            CAPTIONS.toString(),
            temporary.resolve("out"),
            "input.x=file",
            "input.y=caption",
            "input.key=file",
            "input.label=group",
            "split.groupBy=skintone_base_hexcode");

    assertThat(dataset.card().counts().read()).isEqualTo(4147);
    assertThat(dataset.rows().size() + dataset.rejects().size()).isEqualTo(4147);
    assertThat(dataset.rejects()).isEmpty();
    assertThat(splitsOfHands(dataset)).allSatisfy((base, in) -> assertThat(in).hasSize(1));
    Map<String, List<Split>> pictures = splitsOfPictures(dataset);
    assertThat(pictures.values()).allSatisfy(in -> assertThat(new HashSet<>(in)).hasSize(1));
    assertThat(pictures.values().stream().filter(in -> in.size() > 1).mapToInt(List::size).sum())
        .isEqualTo(297);
    assertThat(dataset.card().duplicates().x()).isEqualTo(4147 - pictures.size());
  }

  /** The splits of the rows of every picture, by its digest. */
  private static Map<String, List<Split>> splitsOfPictures(Dataset dataset) {
    Map<String, List<Split>> splits = new HashMap<>();
    for (Split split : Split.values()) {
      for (Row row : dataset.rows(split)) {
        splits
            .computeIfAbsent(
                HexFormat.of().formatHex(row.getAs(PairSchema.DIGEST)), key -> new ArrayList<>())
            .add(split);
      }
    }
    return splits;
  }

  /** The splits of every picture named HEX or HEX-1F3FB to HEX-1F3FF, a skin tone, by HEX. */
  private static Map<String, Set<String>> splitsOfHands(Dataset dataset) {
    Map<String, Set<String>> splits = new HashMap<>();
    for (Split split : Split.values()) {
      for (Row row : dataset.rows(split)) {
        String base =
            row.<String>getAs(PairSchema.KEY).replaceAll("-1F3F[BCDEF]\\.png$|\\.png$", "");
        splits.computeIfAbsent(base, key -> new HashSet<>()).add(split.directory());
      }
    }
    return splits;
  }
}
