// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/** Workers that each hold a partition. */
record SparkWorkers(PlacedRdd<PairPartition> pairs) implements Workers {
  @Override
  public <T> List<T> each(WorkerTask<T> task) {
    return pairs.each(task::run);
  }

  @Override
  public <T> Shipped<T> ship(T value, long bytes) {
    return Shipped.of(JavaSparkContext.fromSparkContext(pairs.context()), value, bytes);
  }

  @Override
  public void describe(String purpose) {
    pairs.context().setJobDescription(purpose);
  }
}
