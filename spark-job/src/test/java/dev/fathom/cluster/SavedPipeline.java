// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.SparkSession;

/** A program that knows Spark alone: it transforms a Parquet file by a pipeline that was saved. */
public final class SavedPipeline {
  private SavedPipeline() {}

  /** Takes the pipeline, the Parquet file, and where the rows go. */
  public static void main(String[] arguments) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    PipelineModel.load(arguments[0])
        .transform(spark.read().parquet(arguments[1]).coalesce(1))
        .write()
        .parquet(arguments[2]);
    spark.stop();
  }
}
