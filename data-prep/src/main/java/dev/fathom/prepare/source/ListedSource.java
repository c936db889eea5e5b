// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Pictures and captions that were listed on the driver, with a name for each pair. */
final class ListedSource implements Source {
  private final JavaSparkContext spark;
  private final List<RawRow> rows;
  private final String fingerprint;

  ListedSource(JavaSparkContext spark, List<RawRow> rows, String fingerprint) {
    this.spark = spark;
    this.rows = rows;
    this.fingerprint = fingerprint;
  }

  @Override
  public SourceSide x() {
    return SourceSide.IMAGE;
  }

  @Override
  public SourceSide y() {
    return SourceSide.TEXT;
  }

  @Override
  public JavaRDD<RawRow> rows() {
    return spark.parallelize(rows, Sources.tasks(spark, rows.size()));
  }

  @Override
  public boolean namesRows() {
    return true;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }
}
