// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.measure.Metric;
import dev.fathom.output.OutputDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepFilesTest {
  @TempDir private Path directory;

  @Test
  void aCellThatIsDoneIsFoundWhateverOrderItsKeysWereNamedIn() {
    CellResult result = Cells.failed(Cells.cell(4, 0));

    files().write(result);

    assertThat(files().read(Cells.cell(4, 0))).contains(result);
    assertThat(files().read(Cells.cell(4, 1))).isEmpty();
    assertThat(files().read(Cells.cell(8, 0))).isEmpty();
  }

  @Test
  void theTableHasAColumnForWhateverACellTells() throws Exception {
    files()
        .writeTables(
            List.of(
                Cells.measured(
                    Cells.cell(4, 0), Map.of(Metric.STEPS, 10.0, Metric.VALIDATION_LOSS, 0.5)),
                Cells.measured(Cells.cell(4, 1), Map.of(Metric.TOP_SHARE, 0.7)),
                Cells.failed(Cells.cell(8, 0))));

    assertThat(directory.resolve("cells.csv"))
        .content()
        .isEqualTo(
            """
            model.dimension,repeat,seed,failure,seconds,training.steps,loss.validation,retrieval.topShare
            4,1,42,,1.5,10.0,0.5,
            4,2,43,,1.5,,,0.7
            8,1,42,"training diverged, and more",0.5,,,
            """);
    assertThat(Files.readAllLines(directory.resolve("cells.jsonl"))).hasSize(3);
  }

  @Test
  void anotherSweepIsRefusedWithWhatDiffers() {
    files().begin(card("f"), Map.of("training.epochs", "3"));

    assertThatCode(() -> files().requireSame("pairs.csv", Map.of("training.epochs", "3")))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> files().requireSame("others.csv", Map.of("training.epochs", "4")))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("--input was pairs.csv, is others.csv")
        .hasMessageContaining("training.epochs was 3, is 4");
    assertThatThrownBy(() -> files().begin(card("g"), Map.of("training.epochs", "3")))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("its pairs were others");
  }

  @Test
  void aSweepThatGoesOnIsNotCompleteMeanwhile() throws Exception {
    files().begin(card("f"), Map.of());
    Files.createFile(directory.resolve(OutputDirectory.SUCCESS));

    files().begin(card("f"), Map.of());

    assertThat(files().exist()).isTrue();
    assertThat(directory.resolve(OutputDirectory.SUCCESS)).doesNotExist();
  }

  private SweepFiles files() {
    return new SweepFiles(
        new Storage(new Configuration()), new org.apache.hadoop.fs.Path(directory.toString()));
  }

  private static DatasetCard card(String fingerprint) {
    Side side =
        new Side(Modality.VECTOR, List.of(2), List.of(0.0, 0.0), List.of(1.0, 1.0), List.of());
    DatasetCard.Counts counts = new DatasetCard.Counts(10, 0, 8, 1, 1);
    return new DatasetCard(
        1,
        "pairs.csv",
        fingerprint,
        42,
        Optional.empty(),
        false,
        side,
        side,
        counts,
        Map.of(),
        new DatasetCard.Duplicates(0, 0, 0),
        "",
        List.of());
  }
}
