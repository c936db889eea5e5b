// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import org.apache.spark.sql.SparkSession;

/** The one local Spark session of this module's tests. */
public final class LocalSpark {
  private static SparkSession session;

  private LocalSpark() {}

  /** The session, made anew where a command under test has stopped it; it ends with the JVM. */
  public static synchronized SparkSession session() {
    if (session == null || session.sparkContext().isStopped()) {
      session =
          SparkSession.builder()
              .master("local[2]")
              .appName("fathom tests")
              .config("spark.ui.enabled", "false")
              .config("spark.sql.shuffle.partitions", "2")
              .config("spark.driver.host", "127.0.0.1")
              .getOrCreate();
    }
    return session;
  }
}
