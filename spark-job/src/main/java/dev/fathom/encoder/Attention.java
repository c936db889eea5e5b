// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Blas;
import java.io.Serializable;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;

/**
 * Self-attention with several heads (Vaswani et al. 2017), each token of a caption over all of its
 * caption's.
 *
 * @param width of input and output
 * @param heads which divide the width among them
 * @param offset where its parameters start within the encoder's
 */
record Attention(int width, int heads, int offset) implements Serializable {
  /*
   * q, k, v = x·Wqᵀ, x·Wkᵀ, x·Wvᵀ;  of each head  P = softmax(q·kᵀ/√size) by rows,  o = P·v;  y = o·Wo over all heads.
   *
   * Captions are packed one after another, so the projections are one gemm each over all tokens of the batch; P and o are
   * small, of every caption's own length, and one gemm a caption and head.
   *
   * Backward, of each head, with G = ∂L/∂o:  ∂L/∂v = Pᵀ·G,  D = G·vᵀ,  ∂L/∂(scores) = P ⊙ (D − Σ P ⊙ D by rows).
   *
   * Parameters, in DL4J's order: Wq, Wk, Wv as width × width (out × in, head after head), Wo as width × width (in × out).
   */

  private static final long serialVersionUID = 1L;

  int end() {
    return Math.addExact(offset, Math.multiplyExact(4, weights()));
  }

  /** Projections uniform within ±1/√width; Wo is 0, so that nothing is added at the start. */
  void initialise(float[] parameters, int start, RandomGenerator random) {
    int output = DenseStack.uniform(parameters, start + offset, 3 * weights(), width, random);
    Arrays.fill(parameters, output, output + weights(), 0f);
  }

  /** The twin. */
  SelfAttentionLayer layer() {
    return new SelfAttentionLayer.Builder()
        .nIn(width)
        .nOut(width)
        .nHeads(heads)
        .headSize(size())
        .projectInput(true)
        .build();
  }

  Memory memory(int maximumCaptions, int maximumTokens) {
    return new Memory(maximumCaptions, maximumTokens);
  }

  private int weights() {
    return Math.multiplyExact(width, width);
  }

  private int size() {
    return width / heads;
  }

  /** What a batch leaves for its way back. */
  final class Memory {
    private final float[][] projected = new float[3][];
    private final float[][] projectedGradients = new float[3][];
    private final float[] mixed;
    private final float[] mixedGradients;

    /** P of every caption and head, one after another. */
    private final float[] shares;

    /** ∂L/∂P, then ∂L/∂scores, of one caption and head. */
    private final float[] scores;

    private Memory(int maximumCaptions, int maximumTokens) {
      // netlib wants whole rows to lie within an array even where a head reads only part of the
      // last.
      int floats =
          Math.multiplyExact(
              Math.addExact(Math.multiplyExact(maximumCaptions, maximumTokens), 1), width);
      for (int i = 0; i < 3; i++) {
        projected[i] = new float[floats];
        projectedGradients[i] = new float[floats];
      }
      mixed = new float[floats];
      mixedGradients = new float[floats];
      shares =
          new float
              [Math.multiplyExact(
                  Math.multiplyExact(maximumCaptions, heads),
                  Math.multiplyExact(maximumTokens, maximumTokens))];
      scores = new float[Math.multiplyExact(maximumTokens, maximumTokens)];
    }

    /**
     * @param input tokens × width
     * @param starts where each caption starts, and where the last one ends
     * @param output to which tokens × width are added
     */
    void addTo(
        float[] output, float[] input, int[] starts, int captions, float[] parameters, int start) {
      int tokens = starts[captions];
      for (int i = 0; i < 3; i++) {
        Blas.gemm(
            false,
            true,
            tokens,
            width,
            width,
            1f,
            input,
            0,
            width,
            parameters,
            start + offset + i * weights(),
            width,
            0f,
            projected[i],
            0,
            width);
      }
      int share = 0;
      for (int caption = 0; caption < captions; caption++) {
        int from = starts[caption] * width;
        int length = starts[caption + 1] - starts[caption];
        for (int column = 0; length > 0 && column < width; column += size()) {
          float scale = (float) (1 / Math.sqrt(size()));
          byTokens(scale, projected[0], projected[1], from + column, length, shares, share);
          softmax(length, share);
          mix(false, 1f, shares, share, projected[2], mixed, from + column, length);
          share += length * length;
        }
      }
      Blas.gemm(
          false,
          false,
          tokens,
          width,
          width,
          1f,
          mixed,
          0,
          width,
          parameters,
          start + offset + 3 * weights(),
          width,
          1f,
          output,
          0,
          width);
    }

    /** Turns scores into shares, row by row. */
    private void softmax(int length, int share) {
      for (int start = share; start < share + length * length; start += length) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = start; i < start + length; i++) {
          largest = Math.max(largest, shares[i]);
        }
        float sum = 0;
        for (int i = start; i < start + length; i++) {
          shares[i] = (float) Math.exp(shares[i] - largest);
          sum += shares[i];
        }
        for (int i = start; i < start + length; i++) {
          shares[i] /= sum;
        }
      }
    }

    /**
     * @param gradient ∂L/∂output, tokens × width
     * @param target receives ∂L/∂parameters
     * @param inputGradient receives ∂L/∂input, tokens × width
     */
    void backward(
        float[] input,
        int[] starts,
        int captions,
        float[] gradient,
        float[] parameters,
        int start,
        float[] target,
        float[] inputGradient) {
      int tokens = starts[captions];
      int out = start + offset + 3 * weights();
      Blas.gemm(
          true, false, width, width, tokens, 1f, mixed, 0, width, gradient, 0, width, 0f, target,
          out, width);
      Blas.gemm(
          false,
          true,
          tokens,
          width,
          width,
          1f,
          gradient,
          0,
          width,
          parameters,
          out,
          width,
          0f,
          mixedGradients,
          0,
          width);
      int share = 0;
      for (int caption = 0; caption < captions; caption++) {
        int from = starts[caption] * width;
        int length = starts[caption + 1] - starts[caption];
        for (int column = 0; length > 0 && column < width; column += size()) {
          backThroughHead(from + column, length, share);
          share += length * length;
        }
      }
      for (int i = 0; i < 3; i++) {
        int weights = start + offset + i * weights();
        Blas.gemm(
            true,
            false,
            width,
            width,
            tokens,
            1f,
            projectedGradients[i],
            0,
            width,
            input,
            0,
            width,
            0f,
            target,
            weights,
            width);
        Blas.gemm(
            false,
            false,
            tokens,
            width,
            width,
            1f,
            projectedGradients[i],
            0,
            width,
            parameters,
            weights,
            width,
            i == 0 ? 0f : 1f,
            inputGradient,
            0,
            width);
      }
    }

    private void backThroughHead(int at, int length, int share) {
      mix(true, 1f, shares, share, mixedGradients, projectedGradients[2], at, length);
      byTokens(1f, mixedGradients, projected[2], at, length, scores, 0);
      for (int row = 0; row < length * length; row += length) {
        float along = 0;
        for (int i = row; i < row + length; i++) {
          along += shares[share + i] * scores[i];
        }
        for (int i = row; i < row + length; i++) {
          scores[i] = shares[share + i] * (scores[i] - along);
        }
      }
      float scale = (float) (1 / Math.sqrt(size()));
      mix(false, scale, scores, 0, projected[1], projectedGradients[0], at, length);
      mix(true, scale, scores, 0, projected[0], projectedGradients[1], at, length);
    }

    /** {@code target ← factor·a·bᵀ} of one head: tokens × tokens. */
    private void byTokens(
        float factor, float[] a, float[] b, int at, int length, float[] target, int to) {
      Blas.gemm(
          false, true, length, length, size(), factor, a, at, width, b, at, width, 0f, target, to,
          length);
    }

    /** {@code target ← factor·M·a} of one head, or with Mᵀ; M is tokens × tokens. */
    private void mix(
        boolean transpose,
        float factor,
        float[] m,
        int start,
        float[] a,
        float[] target,
        int at,
        int length) {
      Blas.gemm(
          transpose, false, length, size(), length, factor, m, start, length, a, at, width, 0f,
          target, at, width);
    }
  }
}
