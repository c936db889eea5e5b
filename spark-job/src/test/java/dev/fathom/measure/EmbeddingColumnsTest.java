// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.TextEncoding;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EmbeddingColumnsTest {
  @Test
  void areReadFromTheInputKeys() {
    Settings settings =
        Settings.of("", List.of(), List.of("input.x=image", "input.y=text", "input.label=class"));

    assertThat(EmbeddingColumns.of(settings))
        .isEqualTo(
            new EmbeddingColumns(
                Optional.of("image"),
                Optional.of("text"),
                settings.text("input.key"),
                Optional.of("class"),
                Optional.empty(),
                TextEncoding.UTF_8));
  }

  @Test
  void areNotToldUnlessNamed() {
    EmbeddingColumns columns = EmbeddingColumns.of(Settings.defaults());

    assertThat(columns.x()).isEmpty();
    assertThat(columns.y()).isEmpty();
    assertThat(columns.label()).isEmpty();
  }
}
