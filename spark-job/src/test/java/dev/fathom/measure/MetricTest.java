// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void isReadFromAReportByItsPath() throws Exception {
    JsonNode report =
        JSON.readTree(
            "{\"retrieval\": {\"xToY\": {\"recallAt1\": 0.25}}, \"loss\": {\"validation\": null}}");

    assertThat(Metric.RECALL_AT_1_X_TO_Y.in(report)).hasValue(0.25);
    assertThat(Metric.RECALL_AT_1_Y_TO_X.in(report)).isEmpty();
    assertThat(Metric.VALIDATION_LOSS.in(report)).isEmpty();
  }

  @Test
  void standsInJsonByItsPath() throws Exception {
    String json = JSON.writeValueAsString(Map.of(Metric.SHARED_DIMENSION, 3.5));

    assertThat(json).isEqualTo("{\"intrinsicDimension.shared.estimate\":3.5}");
    assertThat(JSON.readValue(json, new TypeReference<Map<Metric, Double>>() {}))
        .containsExactly(Map.entry(Metric.SHARED_DIMENSION, 3.5));
  }

  @Test
  void worsensByWhichWayIsBetter() {
    assertThat(Metric.RECALL_AT_1_X_TO_Y.worsening(0.9, 0.8)).isEqualTo(0.1, within(1e-12));
    assertThat(Metric.RECALL_AT_1_X_TO_Y.worsening(0.8, 0.9)).isNegative();
    assertThat(Metric.VALIDATION_LOSS.worsening(1, 1.5)).isEqualTo(0.5);
    assertThat(Metric.SHARED_DIMENSION.worsening(3, 2)).isEqualTo(1);
    assertThat(Metric.SHARED_DIMENSION.worsening(2, 3)).isEqualTo(1);
  }

  @Test
  void hasAPathAndALabelOfItsOwn() {
    assertThat(Metric.values()).extracting(Metric::path).doesNotHaveDuplicates();
    assertThat(Metric.values()).extracting(Metric::label).doesNotHaveDuplicates();
  }
}
