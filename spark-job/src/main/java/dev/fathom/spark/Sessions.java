// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.error.FathomException;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.sql.SparkSession;

/** Checks settings of a session that a library cannot set. */
final class Sessions {
  private static final String SERIALIZER = "spark.serializer";
  private static final String DYNAMIC = "spark.dynamicAllocation.enabled";

  private Sessions() {}

  /**
   * Checks a session.
   *
   * @throws FathomException if its serializer cannot carry records
   */
  static void require(SparkSession spark) {
    String serializer = spark.sparkContext().getConf().get(SERIALIZER, "");
    if (!serializer.isEmpty() && !serializer.equals(JavaSerializer.class.getName())) {
      throw FathomException.usage(
          "%s = %s, which does not know records; set it to %s",
          SERIALIZER, serializer, JavaSerializer.class.getName());
    }
  }

  /**
   * Checks a session for training, whose tasks must all run at once.
   *
   * @throws FathomException if its serializer cannot carry records, or if executors come and go
   */
  static void requireToTrain(SparkSession spark) {
    require(spark);
    SparkConf conf = spark.sparkContext().getConf();
    if (conf.getBoolean(DYNAMIC, false)) {
      throw FathomException.usage(
          "%s = true, with which Spark does not start tasks that must run at once; set it to false",
          DYNAMIC);
    }
  }
}
