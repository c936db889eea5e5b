// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.monitoring;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import scala.collection.JavaConverters;

/**
 * Metrics of the job for Spark's metrics system, which sends them to its sinks. A metric exists
 * from its first value until the Spark context ends.
 */
public final class JobMetrics implements Source {
  private static final String NAME = "fathom";

  private final MetricRegistry registry = new MetricRegistry();
  private final Map<String, Supplier<? extends Number>> values = new ConcurrentHashMap<>();

  private JobMetrics() {}

  /** The metrics of a Spark context, which the driver's metrics system keeps. */
  public static synchronized JobMetrics of(SparkContext spark) {
    MetricsSystem system = spark.env().metricsSystem();
    return JavaConverters.seqAsJavaList(system.getSourcesByName(NAME)).stream()
        .map(JobMetrics.class::cast)
        .findFirst()
        .orElseGet(
            () -> {
              JobMetrics metrics = new JobMetrics();
              system.registerSource(metrics);
              return metrics;
            });
  }

  /** Sets a metric; it replaces the former one of that name. */
  public void show(String name, Supplier<? extends Number> value) {
    if (values.put(name, value) == null) {
      registry.register(name, (Gauge<Number>) () -> values.get(name).get());
    }
  }

  @Override
  public String sourceName() {
    return NAME;
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }
}
