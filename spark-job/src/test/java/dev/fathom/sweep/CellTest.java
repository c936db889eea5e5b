// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CellTest {
  @Test
  void itsFileIsTheSameInWhateverOrderTheKeysWereNamed() {
    Map<String, String> oneWay = new LinkedHashMap<>();
    oneWay.put("model.dimension", "4");
    oneWay.put("training.epochs", "2");
    Map<String, String> otherWay = new LinkedHashMap<>();
    otherWay.put("training.epochs", "2");
    otherWay.put("model.dimension", "4");

    assertThat(new Cell(oneWay, 0, 42).file()).isEqualTo(new Cell(otherWay, 0, 42).file());
  }

  @Test
  void everyRepeatSeedAndSettingHasAFileOfItsOwn() {
    String file = Cells.cell(4, 0).file();

    assertThat(file).matches("cell-[0-9a-f]{16}\\.json");
    assertThat(Cells.cell(4, 1).file()).isNotEqualTo(file);
    assertThat(Cells.cell(8, 0).file()).isNotEqualTo(file);
    assertThat(new Cell(Cells.cell(4, 0).settings(), 0, 7).file()).isNotEqualTo(file);
  }

  @Test
  void aPersonCountsRepeatsFromOne() {
    assertThat(Cells.cell(4, 0).name()).isEqualTo("model.dimension=4 repeat 1");
    assertThat(new Cell(Map.of(), 2, 44).name()).isEqualTo("repeat 3");
  }

  @Test
  void aPasswordIsNotTold() {
    Cell cell = new Cell(Map.of("model.x.graph", "s3a://key:secret@bucket/graph.zip"), 0, 42);

    assertThat(cell.masked().name()).doesNotContain("secret");
    assertThat(cell.masked().file()).isEqualTo(cell.file());
  }
}
