// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.FathomException;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSettingsTest {
  @Test
  void theWholeWidthIsAddedToTheNestedOnes() {
    assertThat(settings("model.dimension=32", "model.nested=[4,8]").nested())
        .containsExactly(4, 8, 32);
    assertThat(settings("model.dimension=8", "model.nested=[4,8]").nested()).containsExactly(4, 8);
    assertThat(settings("model.dimension=8").nested()).isEmpty();
  }

  @Test
  void theWholeWidthAloneIsNotNested() {
    assertThat(settings("model.dimension=16", "model.nested=[16]").nested()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.nested=[1,4] | must ascend, be 2 or more",
        "model.nested=[4,4] | must ascend",
        "model.nested=[8,4] | must ascend",
        "model.nested=[4,17] | not exceed model.dimension = 16",
        "model.nested=[0] | model.nested = 0",
        "model.nested=4 | model.nested",
        "model.nested=[4] model.similarity=population-norm | model.similarity = cosine"
      })
  void widthsThatCannotBeNestedAreRefused(String assignments, String why) {
    assertThatThrownBy(() -> settings(assignments.split(" ")))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining(why);
  }

  @Test
  void whatAnEarlierBuildWroteIsFoundAgainWhereNothingIsNested() {
    assertThat(identity("model.dimension=8"))
        .doesNotContainKey("model.nested")
        .containsEntry("model.dimension", "8")
        .containsKey("input.charset");
    assertThat(identity("model.nested=[4]")).containsEntry("model.nested", "[4]");
  }

  private static Map<String, String> identity(String assignment) {
    return ModelSettings.identity(Settings.of("", List.of(), List.of(assignment)).effective());
  }

  private static ModelSettings settings(String... assignments) {
    return ModelSettings.of(Settings.of("", List.of(), List.of(assignments)));
  }
}
