// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

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
   * one round trip. The prefixes of a batch take as much memory as the batch, so the instances of a thread share them.
   */

  private static final Cosine COSINE = new Cosine();

  private final int dimension;
  private final List<Prefix> prefixes;
  private int first;
  private int rows;
  private int batch;

  /**
   * One width's loss, and both sides' prefixes.
   *
   * @param share the weight in the mean
   */
  private record Prefix(double share, BatchRows rows, PrefixSide u, PrefixSide v) {}

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

  private NestedRows(int dimension, List<Prefix> prefixes) {
    this.dimension = dimension;
    this.prefixes = prefixes;
  }

  /**
   * Returns a maker of instances for one thread.
   *
   * @param widths widths of the prefixes, ascending; the last is the width of the embeddings
   */
  static Supplier<BatchRows> of(
      Objective objective, int maximumRows, int maximumBatch, List<Integer> widths) {
    double sum = widths.stream().mapToInt(Integer::intValue).sum();
    List<PrefixSide> u = sides(maximumBatch, widths);
    List<PrefixSide> v = sides(maximumBatch, widths);
    return () ->
        new NestedRows(
            widths.get(widths.size() - 1),
            IntStream.range(0, widths.size())
                .mapToObj(
                    w -> {
                      int width = widths.get(w);
                      BatchRows rows = objective.rows(maximumRows, maximumBatch, width);
                      return new Prefix(width / sum, rows, u.get(w), v.get(w));
                    })
                .toList());
  }

  private static List<PrefixSide> sides(int maximumBatch, List<Integer> widths) {
    return widths.stream().map(width -> new PrefixSide(maximumBatch, width)).toList();
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
    this.first = first;
    this.rows = rows;
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
      loss += prefixes.get(w).share * prefixes.get(w).rows.loss(logits, ofPrefix(w, merged));
    }
    return loss;
  }

  @Override
  public double gradients(
      float[] u, float[] v, Logits logits, float[][] merged, float[] gradientU, float[] gradientV) {
    Arrays.fill(gradientU, first * dimension, (first + rows) * dimension, 0f);
    Arrays.fill(gradientV, 0, batch * dimension, 0f);
    double temperatureGradient = 0;
    for (int w = 0; w < prefixes.size(); w++) {
      Prefix prefix = prefixes.get(w);
      temperatureGradient +=
          prefix.share
              * prefix.rows.gradients(
                  prefix.u.embeddings,
                  prefix.v.embeddings,
                  logits,
                  ofPrefix(w, merged),
                  prefix.u.gradients,
                  prefix.v.gradients);
      // Since begin, other instances have taken their rows of u, and the same v.
      prefix.u.take(u, dimension, first, rows);
      prefix.u.addGradients((float) prefix.share, gradientU, dimension);
      prefix.v.addGradients((float) prefix.share, gradientV, dimension);
    }
    return temperatureGradient;
  }

  @Override
  public double biasGradient() {
    double gradient = 0;
    for (Prefix prefix : prefixes) {
      gradient += prefix.share * prefix.rows.biasGradient();
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
    for (Prefix prefix : prefixes) {
      prefix.u.take(u, dimension, 0, batch);
      prefix.v.take(v, dimension, 0, batch);
      weighted.add(
          prefix
              .rows
              .curve(prefix.u.embeddings, prefix.v.embeddings, first, rows, batch, inverse)
              .times(prefix.share));
    }
    return Curve.sum(weighted);
  }
}
