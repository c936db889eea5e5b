// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailureTest {
  @TempDir Path temporary;

  @Test
  void aMissingInputIsADataError() {
    assertThat(failure(ExitCode.DATA, temporary.resolve("none.csv").toString()))
        .hasMessageContaining("none.csv does not exist");
    assertThat(failure(ExitCode.DATA, "nowhere://host/pairs.csv"))
        .hasMessageContaining("nowhere://host/pairs.csv cannot be read");
  }

  @Test
  void aFormThatIsNotKnownIsAUsageErrorThatNamesTheForms() throws IOException {
    assertThat(failure(ExitCode.USAGE, write("pairs.xml", "<a/>")))
        .hasMessageContaining(".csv, .tsv, .jsonl");
    assertThat(failure(ExitCode.USAGE, write("a.csv", "file\n1"), "input.format=matrices"))
        .hasMessageContaining("input.format = matrices");
  }

  @Test
  void aMissingColumnIsAUsageErrorThatNamesTheColumns() throws IOException {
    String manifest = write("pairs.csv", "file,caption\nred.png,red\n");

    for (String key : new String[] {"input.x", "input.y", "input.key", "input.label"}) {
      assertThat(failure(ExitCode.USAGE, manifest, key + "=nope"))
          .hasMessageContaining("there is no column nope in")
          .hasMessageContaining("its columns are file, caption");
    }
    assertThat(failure(ExitCode.USAGE, manifest, "split.groupBy=nope"))
        .hasMessageContaining("there is no column nope in");
    assertThat(failure(ExitCode.USAGE, write("odd.csv", "left,right\na,b\n")))
        .hasMessageContaining("input.x must name a column")
        .hasMessageContaining("left, right");
  }

  @Test
  void aBuiltInSourceHasNothingToGroupBy() {
    assertThat(failure(ExitCode.USAGE, "scenes", "split.groupBy=family"))
        .hasMessageContaining("split.groupBy = family");
  }

  @Test
  void aManifestWithoutRowsIsADataError() throws IOException {
    assertThat(failure(ExitCode.DATA, write("header.csv", "file,caption\n")))
        .hasMessageContaining("has no rows");
    assertThat(failure(ExitCode.DATA, write("empty.csv", ""))).hasMessageContaining("empty.csv");
    assertThat(failure(ExitCode.DATA, write("empty.jsonl", "")))
        .hasMessageContaining("empty.jsonl");
  }

  @Test
  void aTrainingSplitWithoutRowsIsADataError() throws IOException {
    String manifest = write("one.csv", "text,caption\na,b\n");

    assertThat(
            failure(
                ExitCode.DATA,
                manifest,
                "input.x=text",
                "split.train=0",
                "split.validation=0.5",
                "split.test=0.5"))
        .hasMessageContaining("training split");
  }

  @Test
  void tooManyRejectsAreADataErrorThatShowsTheMostCommonReason() throws IOException {
    String manifest = write("gone.csv", "file,caption\na.png,a\nb.png,b\nc.png,\n");

    assertThat(failure(ExitCode.DATA, manifest))
        .hasMessageContaining("3 of 3 rows")
        .hasMessageContaining("missing-file")
        .hasMessageContaining(".png");
  }

  @Test
  void anExistingOutputIsRefusedAndKept() throws IOException {
    Path output = Files.createDirectory(temporary.resolve("out"));
    Files.writeString(output.resolve("precious.txt"), "precious");

    assertThatThrownBy(() -> Dataset.of("gaussian-linear", output, "input.pairs=50"))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("output.overwrite=true");

    assertThat(output.resolve("precious.txt")).hasContent("precious");
  }

  @Test
  void anExistingOutputIsReplacedWhenThatIsAllowed() throws IOException {
    Path output = Files.createDirectory(temporary.resolve("out"));
    Files.writeString(output.resolve("old.txt"), "old");

    Dataset.of("gaussian-linear", output, "input.pairs=50", "output.overwrite=true");

    assertThat(output.resolve("old.txt")).doesNotExist();
    assertThat(output.resolve("_SUCCESS")).exists();
  }

  @Test
  void anOutputThatHoldsTheInputIsRefusedEvenWhenItMayBeReplaced() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("folder"));
    Path manifest = Files.writeString(folder.resolve("pairs.csv"), "text,caption\na,b\n");

    assertThatThrownBy(
            () -> Dataset.of(manifest.toString(), folder, "input.x=text", "output.overwrite=true"))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("holds the input");

    assertThat(manifest).exists();
  }

  private String write(String name, String content) throws IOException {
    return Files.writeString(temporary.resolve(name), content).toString();
  }

  /** The error of a stage that must leave nothing behind. */
  private FathomException failure(ExitCode code, String input, String... assignments) {
    Path output = temporary.resolve("out");
    FathomException error =
        catchThrowableOfType(FathomException.class, () -> Dataset.of(input, output, assignments));
    assertThat(error.exitCode()).as(error.getMessage()).isEqualTo(code);
    assertThat(error.getMessage()).doesNotContain("\n");
    assertThat(output).doesNotExist();
    return error;
  }
}
