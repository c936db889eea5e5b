// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.dl4j;

import dev.fathom.train.pairs.PlacedPairs;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * A worker's pairs in the form that dl4j-spark passes to a training master. The pairs stay in
 * Fathom's compact columns: a copy as {@code INDArray} would double the memory and lie outside the
 * heap that Spark accounts for.
 */
final class PairDataSet extends MultiDataSet {
  private static final long serialVersionUID = 1L;

  private final PlacedPairs pairs;

  PairDataSet(PlacedPairs pairs) {
    super(new INDArray[0], new INDArray[0]);
    this.pairs = pairs;
  }

  PlacedPairs pairs() {
    return pairs;
  }
}
