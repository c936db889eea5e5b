// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.PairSchema;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatricesTest {
  @TempDir Path temporary;

  @Test
  void rowsOfTheFilesBelongTogetherByTheirNumber() throws IOException {
    write("left.csv", "a,b\n1,10\n2,20\n3,30\n4,40\n");
    write("right.csv", "1,7,2\n2,7,4\n3,7,6\n4,7,8\n");
    write("labels.csv", "label\none\ntwo\nthree\nfour\n");

    Dataset dataset = prepare("input.x=left", "input.y=right.csv", "input.label=labels");

    assertThat(dataset.card().counts()).isEqualTo(new DatasetCard.Counts(4, 0, 4, 0, 0));
    assertThat(dataset.card().x().shape()).containsExactly(2);
    assertThat(dataset.card().x().mean()).containsExactly(2.5, 25.0);
    assertThat(dataset.card().y().standardDeviation().get(1)).isEqualTo(1.0);
    assertThat(dataset.rows())
        .allSatisfy(
            row ->
                assertThat(row.<Float>getList(row.fieldIndex(PairSchema.X)).get(0))
                    .isEqualTo(row.<Float>getList(row.fieldIndex(PairSchema.Y)).get(0)));
    assertThat(
            dataset.rows().stream()
                .collect(
                    Collectors.toMap(
                        row -> row.<String>getAs(PairSchema.KEY),
                        row -> row.<String>getAs(PairSchema.LABEL))))
        .containsEntry("0000000000", "one")
        .containsEntry("0000000003", "four");
  }

  @Test
  void aRowThatIsNotNumbersIsRejected() throws IOException {
    write("left.csv", "a,b\n1,10\n2,\n3,NaN\n4,40\n5,50,60\n6\n7,Infinity\n8,1e39\n9,x\n");
    write("right.csv", "c\n1\n2\n3\nbad\n5\n6\n7\n8\n9\n");

    Dataset dataset = prepare("input.x=left", "input.y=right");

    assertThat(Dataset.keys(dataset.rows())).containsExactly("0000000000");
    assertThat(dataset.rejects())
        .containsOnly(
            entry("0000000001", "bad-number"),
            entry("0000000002", "bad-number"),
            entry("0000000003", "bad-number"),
            entry("0000000004", "ragged-row"),
            entry("0000000005", "ragged-row"),
            entry("0000000006", "bad-number"),
            entry("0000000007", "bad-number"),
            entry("0000000008", "bad-number"));
    assertThat(dataset.card().counts().read()).isEqualTo(9);
  }

  @Test
  void filesOfUnequalLengthAreAnErrorThatNamesBothCounts() throws IOException {
    write("left.csv", "a\n1\n2\n3\n");
    write("right.csv", "b\n1\n2\n");

    assertThatThrownBy(() -> prepare("input.x=left", "input.y=right"))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining("left.csv has 3 rows")
        .hasMessageContaining("right.csv has 2");
    assertThat(temporary.resolve("out")).doesNotExist();
  }

  @Test
  void aFileThatIsNotThereIsAnErrorThatNamesThoseThatAre() throws IOException {
    write("left.csv", "a\n1\n");

    assertThatThrownBy(() -> prepare("input.x=left", "input.y=right"))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("there is no file right")
        .hasMessageContaining("left.csv");
    assertThatThrownBy(() -> prepare("input.x=left"))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("input.y must name a file");
  }

  private void write(String name, String content) throws IOException {
    Files.createDirectories(temporary.resolve("in"));
    Files.writeString(temporary.resolve("in").resolve(name), content);
  }

  private Dataset prepare(String... assignments) {
    String[] all = java.util.Arrays.copyOf(assignments, assignments.length + 4);
    all[assignments.length] = "split.train=1";
    all[assignments.length + 1] = "split.validation=0";
    all[assignments.length + 2] = "split.test=0";
    all[assignments.length + 3] = "input.maxRejects=1";
    return Dataset.of(temporary.resolve("in").toString(), temporary.resolve("out"), all);
  }
}
