// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.util.List;
import java.util.function.Supplier;

/** The objective of training: a loss of the logits s_ij/τ + b of all x_i and y_j of a batch. */
public enum Objective {
  /**
   * Symmetric InfoNCE: a softmax has to find each x's own y among all y of the batch, and each y's
   * x among all x.
   */
  INFO_NCE {
    @Override
    public BatchRows rows(int maximumRows, int maximumBatch, int dimension) {
      return new InfoNceRows(maximumRows, maximumBatch, dimension);
    }

    @Override
    public double chance(int batch) {
      return Math.log(batch);
    }

    /** The bias is zero, as it does not change a softmax. */
    @Override
    public double initialBias(int batch) {
      return 0;
    }

    @Override
    public boolean hasCurve() {
      return true;
    }
  },

  /**
   * SigLIP's sigmoid loss: a logistic function decides for each x and y whether they are a pair.
   */
  SIGMOID {
    @Override
    public BatchRows rows(int maximumRows, int maximumBatch, int dimension) {
      return new SigmoidRows(maximumRows, maximumBatch, dimension);
    }

    @Override
    public double chance(int batch) {
      return Math.log(batch) - (batch - 1) * Math.log1p(-1.0 / batch);
    }

    /** The bias is the log odds that an x and a y of a batch are a pair. */
    @Override
    public double initialBias(int batch) {
      return -Math.log(batch - 1.0);
    }

    @Override
    public boolean hasCurve() {
      return false;
    }
  };

  /** Creates the working memory for a part of the rows of a batch. */
  public abstract BatchRows rows(int maximumRows, int maximumBatch, int dimension);

  /**
   * Returns a maker of the same for the mean of the losses over prefixes of the embeddings, which
   * weigh as much as they are wide, each scaled to unit length (arXiv 2205.13147). What it makes
   * shares memory, so it is for one thread.
   *
   * @param widths widths of the prefixes, ascending; the last is the width of the embeddings, and
   *     if it is the only one the loss is that of the embeddings as they are
   */
  public Supplier<BatchRows> rows(int maximumRows, int maximumBatch, List<Integer> widths) {
    return widths.size() == 1
        ? () -> rows(maximumRows, maximumBatch, widths.get(0))
        : NestedRows.of(this, maximumRows, maximumBatch, widths);
  }

  /** The loss, in nats, of embeddings that carry no information, for batches of 2 pairs or more. */
  public abstract double chance(int batch);

  /** The initial bias b. */
  public abstract double initialBias(int batch);

  /** Whether {@link BatchRows#curve} is supported, which the exact temperature needs. */
  public abstract boolean hasCurve();
}
