// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.FathomException;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SweepSettingsTest {
  @Test
  void everyWidthIsTriedWithEveryValueOfTheGrid() {
    SweepSettings sweep =
        sweep("sweep.dimensions=[4,8]", "sweep.grid.training.epochs=[1,2]", "sweep.repeats=2");

    assertThat(sweep.cells()).hasSize(8);
    assertThat(sweep.cells())
        .extracting(Cell::settings)
        .first()
        .isEqualTo(Map.of("model.dimension", "4", "training.epochs", "1"));
    assertThat(sweep.cells()).extracting(Cell::repeat).startsWith(0, 1, 0, 1);
  }

  @Test
  void repeatsDifferInTheirSeedAlone() {
    SweepSettings sweep = sweep("sweep.repeats=2", "training.seed=7");

    assertThat(sweep.cells()).extracting(Cell::seed).containsExactly(7L, 8L);
    Settings second = sweep.settings(sweep.cells().get(1));
    assertThat(second.wholeNumber("training.seed")).isEqualTo(8);
  }

  @Test
  void whatAllCellsShareIsNotSwept() {
    assertRefused("sweep.grid.training.seed=[1,2]", "training.seed");
    assertRefused("sweep.grid.measure.maxPoints=[100,200]", "measure.maxPoints");
    assertRefused("sweep.grid.model.dimension=[4,8]", "sweep.dimensions");
    assertRefused("sweep.grid.input.x=[a,b]", "a sweep varies keys of model");
  }

  @Test
  void aValueThatIsNamedTwiceIsRefused() {
    assertRefused("sweep.dimensions=[4,4]", "model.dimension twice");
  }

  @Test
  void theGridIsNoPartOfWhatASweepThatGoesOnMustAgreeOn() {
    assertThat(sweep("sweep.dimensions=[4]", "output.overwrite=true").identity())
        .isEqualTo(sweep("sweep.dimensions=[4,8]").identity())
        .containsKey("training.epochs");
  }

  @Test
  void aSweepOfAnEarlierBuildWithoutNestedWidthsGoesOn() {
    assertThat(sweep().identity()).doesNotContainKey("model.nested");
    assertThat(sweep("model.nested=[4]").identity()).containsEntry("model.nested", "[4]");
  }

  @Test
  void aNestedWidthThatOneOfTheWidthsDoesNotHoldIsRefused() {
    assertThat(sweep("sweep.dimensions=[4,8]", "model.nested=[4]").cells()).isNotEmpty();
    assertThatThrownBy(() -> sweep("sweep.dimensions=[4,8]", "model.nested=[6]"))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("not exceed model.dimension = 4");
  }

  private static void assertRefused(String assignment, String why) {
    assertThatThrownBy(() -> sweep(assignment))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining(why);
  }

  private static SweepSettings sweep(String... assignments) {
    return SweepSettings.of(Settings.of("", List.of(), List.of(assignments)));
  }
}
