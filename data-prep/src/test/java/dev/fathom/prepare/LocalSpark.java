// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import org.apache.spark.sql.SparkSession;

/** The one Spark session of this module's tests. */
public final class LocalSpark {
  private LocalSpark() {}

  /** A local session of two cores, started once. */
  public static SparkSession session() {
    return Holder.SESSION;
  }

  private static final class Holder {
    static final SparkSession SESSION =
        SparkSession.builder()
            .master("local[2]")
            .appName("data-prep tests")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 4)
            .getOrCreate();
  }
}
