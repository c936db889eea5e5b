// Licensed under the Apache License, Version 2.0; see the LICENSE file.

import dev.fathom.spark.ContrastiveEstimator;
import dev.fathom.spark.ContrastiveModel;
import dev.fathom.spark.IntrinsicDimension;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Trains two encoders on the pairs of a Parquet file with the columns {@code id}, {@code picture}
 * (bytes) and {@code caption}, tells how many dimensions they share, and saves the model.
 */
public final class SharedDimension {
  private SharedDimension() {}

  /** Takes the Parquet file and where the model goes. */
  public static void main(String[] arguments) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    Dataset<Row> pairs = spark.read().parquet(arguments[0]);

    ContrastiveEstimator estimator =
        new ContrastiveEstimator()
            .setKeyCol("id")
            .setXCol("picture")
            .setYCol("caption")
            .setDimension(8)
            .setEpochs(10)
            .setSetting("image.size", 16);
    ContrastiveModel model = estimator.fit(pairs);
    System.out.println("recall@1: " + model.summary().recallAt1());

    Dataset<Row> embedded = model.transform(pairs).cache();
    IntrinsicDimension.ofPairs(embedded, "xEmbedding", "yEmbedding")
        .where("estimator = 'dimension'")
        .show();
    model.write().overwrite().save(arguments[1]);
  }
}
