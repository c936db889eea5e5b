// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Remembers the group and description of a program's jobs, which the stages overwrite, and restores
 * them.
 */
final class JobLabels {
  private static final List<String> PROPERTIES =
      List.of("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel");

  private final SparkContext context;
  private final Map<String, String> kept = new HashMap<>();

  private JobLabels(SparkContext context) {
    this.context = context;
    PROPERTIES.forEach(name -> kept.put(name, context.getLocalProperty(name)));
  }

  /** Remembers the labels of the calling thread. */
  static JobLabels keep(SparkSession spark) {
    return new JobLabels(spark.sparkContext());
  }

  /** Restores the remembered labels. */
  void restore() {
    kept.forEach(context::setLocalProperty);
  }
}
