// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

/** What training makes small: a loss of the logits s_ij/τ + b of all x_i and y_j of a batch. */
public enum Objective {
  /** Tells each x's own y from all y of the batch, and each y's x likewise, by a softmax. */
  INFO_NCE {
    @Override
    public BatchRows rows(int maximumRows, int maximumBatch, int dimension) {
      return new InfoNceRows(maximumRows, maximumBatch, dimension);
    }

    @Override
    public double chance(int batch) {
      return Math.log(batch);
    }

    /** A softmax does not change with it. */
    @Override
    public double initialBias(int batch) {
      return 0;
    }

    @Override
    public boolean hasCurve() {
      return true;
    }
  },

  /** Tells of each x and each y by themselves whether they are a pair, by a logistic function. */
  SIGMOID {
    @Override
    public BatchRows rows(int maximumRows, int maximumBatch, int dimension) {
      return new SigmoidRows(maximumRows, maximumBatch, dimension);
    }

    @Override
    public double chance(int batch) {
      return Math.log(batch) - (batch - 1) * Math.log1p(-1.0 / batch);
    }

    /** The log odds of a pair among all of a batch. */
    @Override
    public double initialBias(int batch) {
      return -Math.log(batch - 1.0);
    }

    @Override
    public boolean hasCurve() {
      return false;
    }
  };

  /** Working memory for some rows of batches of up to a size. */
  public abstract BatchRows rows(int maximumRows, int maximumBatch, int dimension);

  /** The loss in nats of embeddings that tell nothing, of batches of 2 pairs or more. */
  public abstract double chance(int batch);

  /** What the bias b starts from. */
  public abstract double initialBias(int batch);

  /** Whether {@link BatchRows#curve} is there, from which an exact temperature is found. */
  public abstract boolean hasCurve();
}
