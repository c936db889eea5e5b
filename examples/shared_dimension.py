# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""Trains two encoders on the pairs of a Parquet file with the columns id, picture (bytes) and caption, tells how many
dimensions they share, and saves the model. Takes the Parquet file and where the model goes."""
import sys

from dev.fathom.spark import ContrastiveEstimator, IntrinsicDimension
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
pairs = spark.read.parquet(sys.argv[1])

estimator = ContrastiveEstimator(keyCol="id", xCol="picture", yCol="caption", dimension=8, epochs=10, imageSize=16)
model = estimator.fit(pairs)
print("recall@1:", model.summary.recallAt1)

embedded = model.transform(pairs).cache()
IntrinsicDimension.ofPairs(embedded, "xEmbedding", "yEmbedding").where("estimator = 'dimension'").show()
model.write().overwrite().save(sys.argv[2])
