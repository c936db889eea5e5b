// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.prepare.LocalSpark;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

class JobMetricsTest {
  private final SparkContext spark = LocalSpark.session().sparkContext();

  @Test
  void aContextHasOne() {
    assertThat(JobMetrics.of(spark)).isSameAs(JobMetrics.of(spark));
  }

  @Test
  void theLastToShowANameIsShown() {
    JobMetrics metrics = JobMetrics.of(spark);

    metrics.show("test", () -> 1);
    metrics.show("test", () -> 2);

    assertThat(metrics.metricRegistry().getGauges().get("test").getValue()).isEqualTo(2);
  }
}
