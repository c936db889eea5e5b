// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.measure.Metric;
import dev.fathom.sweep.SweepPoint.Spread;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SweepPointTest {
  @Test
  void repeatsOfASettingAreTakenTogether() {
    List<SweepPoint> points =
        SweepPoint.of(
            List.of(
                Cells.measured(Cells.cell(4, 0), Map.of(Metric.TOP_SHARE, 0.5)),
                Cells.measured(Cells.cell(4, 1), Map.of(Metric.TOP_SHARE, 0.7)),
                Cells.measured(Cells.cell(8, 0), Map.of(Metric.TOP_SHARE, 0.9))));

    assertThat(points)
        .extracting(point -> point.settings().get("model.dimension"))
        .containsExactly("4", "8");
    Spread spread = points.get(0).figures().get(Metric.TOP_SHARE);
    assertThat(spread.mean()).isEqualTo(0.6, within(1e-12));
    assertThat(spread.standardDeviation()).isEqualTo(Math.sqrt(0.02), within(1e-12));
    assertThat(spread.standardError()).isEqualTo(0.1, within(1e-12));
    assertThat(points.get(1).figures().get(Metric.TOP_SHARE)).isEqualTo(new Spread(0.9, 0, 1));
  }

  @Test
  void aRepeatThatFailedIsCountedAndGivesNoFigures() {
    SweepPoint point =
        SweepPoint.of(
                List.of(
                    Cells.failed(Cells.cell(4, 0)),
                    Cells.measured(Cells.cell(4, 1), Map.of(Metric.TOP_SHARE, 0.7))))
            .get(0);

    assertThat(point.repeats()).isEqualTo(1);
    assertThat(point.failed()).isEqualTo(1);
    assertThat(point.figures().get(Metric.TOP_SHARE).count()).isEqualTo(1);
  }
}
