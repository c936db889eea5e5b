// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import dev.fathom.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a newcomer asks before anything is done. */
class HelpTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "prepare",
        "train",
        "embed",
        "measure",
        "width",
        "run",
        "sweep",
        "export",
        "search",
        "describe",
        "config"
      })
  void everyCommandTellsWhatItTakesWithAnExample(String command) {
    Commands.Ended ended = Commands.fathom(command, "--help");

    assertThat(ended.code()).isZero();
    assertThat(ended.out()).contains("Usage: fathom " + command);
    assertThat(ended.out()).containsPattern("(?m)^ +fathom " + command);
  }

  @Test
  void theConfigurationTellsWhereEachValueComesFrom() throws Exception {
    Path file = Files.writeString(temporary.resolve("mine.conf"), "model {\n  dimension = 32\n}\n");

    Commands.Ended all =
        Commands.fathom("config", "--config", file.toString(), "--set", "training.epochs=3");
    Commands.Ended changed =
        Commands.fathom(
            "config", "--changed", "--config", file.toString(), "--set", "training.epochs=3");

    assertThat(all.out().lines()).hasSameSizeAs(Settings.keys());
    assertThat(all.out())
        .containsPattern("model\\.dimension = 32 +# .*mine\\.conf: 2")
        .containsPattern("training\\.epochs = \"?3\"? +# --set")
        .containsPattern("input\\.x = null +# default")
        .containsPattern("image\\.size = 32 +# default");
    assertThat(changed.out().lines()).hasSize(2);
  }

  @Test
  void whatTheConfigurationPrintsIsAConfiguration() throws Exception {
    Commands.Ended printed =
        Commands.fathom("config", "--set", "model.x.hidden=[7,8]", "--set", "input.x=a: b");
    Path file = Files.writeString(temporary.resolve("again.conf"), printed.out());

    Settings again = Settings.of("", List.of(file.toString()), List.of());

    assertThat(again.sizes("model.x.hidden")).containsExactly(7, 8);
    assertThat(again.text("input.x")).contains("a: b");
    assertThat(again.effective().keySet())
        .isEqualTo(Settings.of("", List.of(), List.of("input.x=y")).effective().keySet());
  }

  @Test
  void completionIsAScriptOfAllCommands() {
    Commands.Ended ended = Commands.fathom("generate-completion");

    assertThat(ended.out()).contains("complete ").contains("sweep").contains("--embeddings");
  }

  @Test
  void adirectoryIsDescribedByWhatItHolds() {
    String data = temporary.resolve("data").toString();
    Commands.succeed(
        new String[0],
        "prepare",
        "--input",
        "scenes",
        "--output",
        data,
        "--set",
        "input.pairs=200");

    Commands.Ended complete = Commands.fathom("describe", data);
    new Storage(new Configuration())
        .delete(new org.apache.hadoop.fs.Path(data, OutputDirectory.SUCCESS));
    Commands.Ended cut = Commands.fathom("describe", data);

    assertThat(complete.out())
        .containsPattern("what +a dataset")
        .containsPattern("pairs from +scenes")
        .containsPattern("x +image \\[32, 32, 3\\]")
        .containsPattern("y +text \\[32\\], \\d+ words")
        .containsPattern("pairs +200: ")
        .containsPattern("state +complete");
    assertThat(cut.out()).containsPattern("state +not marked as complete");
  }
}
