// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {
  private static final String KEY = "image.backbone";
  private static final byte[] MODEL = OnnxModels.dynamicallyQuantised();
  private static final byte[] EXTERNAL = OnnxModels.withExternalAttribute();

  @TempDir Path temporary;

  @Test
  void aModelThatKeepsItsNumbersInOtherFilesIsRefused() {
    assertRefused(OnnxModels.withExternalData("../../etc/passwd"), "other files");
    assertRefused(OnnxModels.withExternalAttribute(), "other files");
  }

  @Test
  void whatIsNoModelIsRefused() {
    byte[] model = OnnxModels.channelMeans(8);

    assertRefused(new byte[0], "no ONNX model");
    assertRefused("<html>404</html>".getBytes(StandardCharsets.UTF_8), "no ONNX model");
    assertRefused(Arrays.copyOf(model, model.length - 20), "no ONNX model");
  }

  @Test
  void aFileThatIsNotThereIsAMistakeOfTheCommand() {
    assertThatThrownBy(() -> OnnxFile.read(storage(), temporary + "/none.onnx", KEY))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(KEY)
        .hasMessageContaining("none.onnx");
  }

  @Test
  void quantisationAsItRunsIsSeen() {
    assertThat(read(OnnxModels.channelMeans(8)).isDynamicallyQuantised()).isFalse();
    assertThat(read(OnnxModels.dynamicallyQuantised()).isDynamicallyQuantised()).isTrue();
  }

  @Fuzz
  void aFileOfAnyBytesIsWalkedToItsEndOrRefused(@ForAll long seed) {
    try {
      OnnxFile.read(Damage.done(seed % 2 == 0 ? MODEL : EXTERNAL, seed), "model.onnx", KEY);
    } catch (FathomException e) {
      assertThat(e.exitCode()).isEqualTo(ExitCode.DATA);
      assertThat(e.getMessage().lines()).hasSize(1);
    }
  }

  private void assertRefused(byte[] content, String reason) {
    assertThatThrownBy(() -> read(content))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining(reason)
        .hasMessageContaining(KEY);
  }

  private OnnxFile read(byte[] content) {
    try {
      Path file = Files.write(temporary.resolve("model.onnx"), content);
      return OnnxFile.read(storage(), file.toString(), KEY);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Storage storage() {
    return new Storage(new Configuration());
  }
}
