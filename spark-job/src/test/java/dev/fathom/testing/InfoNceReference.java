// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import java.util.stream.IntStream;

/**
 * Symmetric InfoNCE and its gradients in double precision, term by term as the definition stands:
 * what the kernel is held to.
 *
 * @param loss L in nats
 * @param gradientU ∂L/∂u, batch × dimension, row-major
 * @param gradientV ∂L/∂v
 * @param temperatureGradient ∂L/∂log τ
 * @param similarities u·vᵀ
 * @param massU for each row of u, what the softmaxes of all columns give it: 0 to batch
 * @param massV for each row of v, what the softmaxes of all rows give it
 */
public record InfoNceReference(
    double loss,
    double[] gradientU,
    double[] gradientV,
    double temperatureGradient,
    double[][] similarities,
    double[] massU,
    double[] massV) {

  /** For embeddings batch × dimension, row i of one belonging to row i of the other. */
  public static InfoNceReference of(double[] u, double[] v, int batch, double temperature) {
    int dimension = u.length / batch;
    double[][] similarities = new double[batch][batch];
    for (int i = 0; i < batch; i++) {
      for (int j = 0; j < batch; j++) {
        for (int c = 0; c < dimension; c++) {
          similarities[i][j] += u[i * dimension + c] * v[j * dimension + c];
        }
      }
    }
    double loss = 0;
    double[][] weights = new double[batch][batch];
    double[] massU = new double[batch];
    double[] massV = new double[batch];
    for (int i = 0; i < batch; i++) {
      int pair = i;
      double ofRow = logSumExp(j -> similarities[pair][j] / temperature, batch);
      double ofColumn = logSumExp(j -> similarities[j][pair] / temperature, batch);
      loss += (ofRow + ofColumn - 2 * similarities[i][i] / temperature) / (2 * batch);
      for (int j = 0; j < batch; j++) {
        double inRow = Math.exp(similarities[i][j] / temperature - ofRow);
        double inColumn = Math.exp(similarities[j][i] / temperature - ofColumn);
        weights[i][j] += inRow / (2 * batch);
        weights[j][i] += inColumn / (2 * batch);
        massV[j] += inRow;
        massU[j] += inColumn;
      }
      weights[i][i] -= 1.0 / batch;
    }
    double[] gradientU = new double[u.length];
    double[] gradientV = new double[v.length];
    double temperatureGradient = 0;
    for (int i = 0; i < batch; i++) {
      for (int j = 0; j < batch; j++) {
        double weight = weights[i][j] / temperature;
        temperatureGradient -= weight * similarities[i][j];
        for (int c = 0; c < dimension; c++) {
          gradientU[i * dimension + c] += weight * v[j * dimension + c];
          gradientV[j * dimension + c] += weight * u[i * dimension + c];
        }
      }
    }
    return new InfoNceReference(
        loss, gradientU, gradientV, temperatureGradient, similarities, massU, massV);
  }

  /** The same for embeddings in single precision. */
  public static InfoNceReference of(float[] u, float[] v, int batch, double temperature) {
    return of(doubles(u), doubles(v), batch, temperature);
  }

  /** Widens every number. */
  public static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  /** The length of the longest row. */
  public static double longestRow(double[] rows, int count) {
    int dimension = rows.length / count;
    return IntStream.range(0, count)
        .mapToDouble(
            i ->
                Math.sqrt(
                    IntStream.range(i * dimension, (i + 1) * dimension)
                        .mapToDouble(c -> rows[c] * rows[c])
                        .sum()))
        .max()
        .orElseThrow();
  }

  private interface Logit {
    double at(int place);
  }

  private static double logSumExp(Logit logits, int count) {
    double max = IntStream.range(0, count).mapToDouble(logits::at).max().orElseThrow();
    return max
        + Math.log(IntStream.range(0, count).mapToDouble(j -> Math.exp(logits.at(j) - max)).sum());
  }
}
