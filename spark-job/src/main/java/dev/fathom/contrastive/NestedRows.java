// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rows of the weighted mean of an objective's losses over prefixes of the embeddings. */
final class NestedRows implements BatchRows {
  /*
   * Matryoshka representation learning (Kusupati et al. 2022, arXiv 2205.13147). With the prefixes p_w = u[:w]/‖u[:w]‖ and
   * q_w = v[:w]/‖v[:w]‖ of embeddings u and v,
   *
   *   L(u, v) = Σ_w w L_w(p_w, q_w) / Σ_w w
   *
   * at one temperature. Each width weighs as much as it is wide: with equal weights the wide ones find fewer partners
   * where training is short (docs/results.md). A prefix has the direction of the same columns of the encoder's outputs,
   * so ∂L/∂u needs nothing but u: it is the sum of what each prefix passes back through its own norm.
   *
   * The numbers that instances exchange lie side by side, one part for each prefix, so an exchange of all prefixes costs
   * one round trip.
   */

  private static final Cosine COSINE = new Cosine();

  private final int dimension;
  private final List<Prefix> prefixes;
  private int batch;

  /** One width's loss, and both sides' prefixes. */
  private record Prefix(int width, BatchRows rows, PrefixSide u, PrefixSide v) {
    static Prefix of(Objective objective, int maximumRows, int maximumBatch, int width) {
      return new Prefix(
          width,
          objective.rows(maximumRows, maximumBatch, width),
          new PrefixSide(maximumBatch, width),
          new PrefixSide(maximumBatch, width));
    }
  }

  /** The prefixes of one side's embeddings. */
  private static final class PrefixSide {
    final float[] embeddings;
    final float[] gradients;
    private final int width;
    private final Outputs columns;
    private int first;
    private int rows;

    PrefixSide(int maximumBatch, int width) {
      this.width = width;
      columns = new Outputs(maximumBatch, width);
      embeddings = new float[Math.multiplyExact(maximumBatch, width)];
      gradients = new float[embeddings.length];
    }

    /** Takes the prefixes of some rows of the whole embeddings. */
    void take(float[] whole, int dimension, int first, int rows) {
      this.first = first;
      this.rows = rows;
      columns.begin(first, rows, 0);
      for (int i = 0; i < rows; i++) {
        System.arraycopy(whole, (first + i) * dimension, columns.values(), i * width, width);
      }
      COSINE.forward(columns, embeddings);
    }

    /** Adds a share of the gradients of these rows to those of the whole embeddings. */
    void addGradients(float share, float[] whole, int dimension) {
      COSINE.backward(columns, embeddings, gradients, 0);
      float[] passed = columns.gradients();
      for (int i = 0; i < rows; i++) {
        int to = (first + i) * dimension;
        for (int c = 0; c < width; c++) {
          whole[to + c] += share * passed[i * width + c];
        }
      }
    }
  }

  /**
   * @param widths widths of the prefixes, ascending; the last is the width of the embeddings
   */
  NestedRows(Objective objective, int maximumRows, int maximumBatch, List<Integer> widths) {
    dimension = widths.get(widths.size() - 1);
    prefixes =
        widths.stream()
            .map(width -> Prefix.of(objective, maximumRows, maximumBatch, width))
            .toList();
  }

  /** A width's weight in the mean. */
  private double share(int w) {
    return prefixes.get(w).width / (double) prefixes.stream().mapToInt(Prefix::width).sum();
  }

  private BatchRows whole() {
    return prefixes.get(prefixes.size() - 1).rows;
  }

  @Override
  public List<Exchange> exchanges(int batch) {
    return whole().exchanges(batch).stream()
        .map(one -> new Exchange(one.numbers() * prefixes.size(), one.maxima()))
        .toList();
  }

  @Override
  public void begin(float[] u, float[] v, int first, int rows, int batch) {
    this.batch = batch;
    for (Prefix prefix : prefixes) {
      prefix.u.take(u, dimension, first, rows);
      prefix.v.take(v, dimension, 0, batch);
      prefix.rows.begin(prefix.u.embeddings, prefix.v.embeddings, first, rows, batch);
    }
  }

  @Override
  public void tell(int exchange, Logits logits, float[][] merged, float[] numbers) {
    int length = whole().exchanges(batch).get(exchange).numbers();
    for (int w = 0; w < prefixes.size(); w++) {
      float[] part = Arrays.copyOfRange(numbers, w * length, (w + 1) * length);
      prefixes.get(w).rows.tell(exchange, logits, ofPrefix(w, merged), part);
      System.arraycopy(part, 0, numbers, w * length, length);
    }
  }

  /** The part of a prefix in what has been merged up to now. */
  private float[][] ofPrefix(int w, float[][] merged) {
    List<Exchange> exchanges = whole().exchanges(batch);
    float[][] part = new float[merged.length][];
    for (int e = 0; e < merged.length && merged[e] != null; e++) {
      int length = exchanges.get(e).numbers();
      part[e] = Arrays.copyOfRange(merged[e], w * length, (w + 1) * length);
    }
    return part;
  }

  @Override
  public double loss(Logits logits, float[][] merged) {
    double loss = 0;
    for (int w = 0; w < prefixes.size(); w++) {
      loss += share(w) * prefixes.get(w).rows.loss(logits, ofPrefix(w, merged));
    }
    return loss;
  }

  @Override
  public double gradients(
      float[] u, float[] v, Logits logits, float[][] merged, float[] gradientU, float[] gradientV) {
    PrefixSide own = prefixes.get(0).u;
    Arrays.fill(gradientU, own.first * dimension, (own.first + own.rows) * dimension, 0f);
    Arrays.fill(gradientV, 0, batch * dimension, 0f);
    double temperatureGradient = 0;
    for (int w = 0; w < prefixes.size(); w++) {
      Prefix prefix = prefixes.get(w);
      double share = share(w);
      temperatureGradient +=
          share
              * prefix.rows.gradients(
                  prefix.u.embeddings,
                  prefix.v.embeddings,
                  logits,
                  ofPrefix(w, merged),
                  prefix.u.gradients,
                  prefix.v.gradients);
      prefix.u.addGradients((float) share, gradientU, dimension);
      prefix.v.addGradients((float) share, gradientV, dimension);
    }
    return temperatureGradient;
  }

  @Override
  public double biasGradient() {
    double gradient = 0;
    for (int w = 0; w < prefixes.size(); w++) {
      gradient += share(w) * prefixes.get(w).rows.biasGradient();
    }
    return gradient;
  }

  @Override
  public int firsts(Partners partners) {
    return whole().firsts(partners);
  }

  @Override
  public Curve curve(float[] u, float[] v, int first, int rows, int batch, double inverse) {
    List<Curve> weighted = new ArrayList<>();
    for (int w = 0; w < prefixes.size(); w++) {
      Prefix prefix = prefixes.get(w);
      prefix.u.take(u, dimension, 0, batch);
      prefix.v.take(v, dimension, 0, batch);
      weighted.add(
          prefix
              .rows
              .curve(prefix.u.embeddings, prefix.v.embeddings, first, rows, batch, inverse)
              .times(share(w)));
    }
    return Curve.sum(weighted);
  }
}
