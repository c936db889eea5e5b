// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import dev.fathom.blas.VectorMath;
import java.io.Serializable;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;

/**
 * Multi-head self-attention (Vaswani et al. 2017): each token of a caption attends to all tokens of
 * that caption.
 *
 * @param width width of input and output
 * @param heads number of heads; each has a part of the width
 * @param offset index of its first parameter among the encoder's
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

  /**
   * Draws the projections uniformly within ±1/√width. Wo is 0, so attention adds nothing at the
   * start.
   */
  void initialise(float[] parameters, int start, RandomGenerator random) {
    int output = Initialisation.uniform(parameters, start + offset, 3 * weights(), width, random);
    Arrays.fill(parameters, output, output + weights(), 0f);
  }

  /** The twin of this layer in a DL4J graph. */
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

  /** The activations of a batch, kept for the backward pass. */
  final class Memory {
    private final float[][] projected = new float[3][];
    private final float[][] projectedGradients = new float[3][];
    private final float[] mixed;
    private final float[] mixedGradients;

    /** P of every caption and head, one after another. */
    private final float[] shares;

    /** ∂L/∂P, then ∂L/∂scores, of one caption and head. */
    private final float[] scores;

    /** The input of the last {@link #addTo}. */
    private float[] input;

    private PackedCaptions captions;

    private Memory(int maximumCaptions, int maximumTokens) {
      // netlib requires whole rows to lie within an array even if a head reads only part of the
      // last row.
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
     * Adds the layer's result to {@code output}.
     *
     * @param output tokens × width, to which the result is added
     * @param input tokens × width; must not change before the backward pass
     */
    void addTo(
        float[] output, float[] input, PackedCaptions captions, float[] parameters, int start) {
      this.input = input;
      this.captions = captions;
      int tokens = captions.size();
      for (int i = 0; i < 3; i++) {
        Matrix.of(projected[i], 0, tokens, width)
            .setProduct(
                Matrix.of(input, 0, tokens, width),
                Matrix.of(parameters, start + offset + i * weights(), width, width).transposed());
      }
      int share = 0;
      for (int caption = 0; caption < captions.count(); caption++) {
        int from = captions.start(caption) * width;
        int length = captions.length(caption);
        for (int column = 0; length > 0 && column < width; column += size()) {
          float scale = (float) (1 / Math.sqrt(size()));
          byTokens(scale, projected[0], projected[1], from + column, length, shares, share);
          softmax(length, share);
          mix(1f, Matrix.of(shares, share, length, length), projected[2], mixed, from + column);
          share += length * length;
        }
      }
      Matrix.of(output, 0, tokens, width)
          .addProduct(
              Matrix.of(mixed, 0, tokens, width),
              Matrix.of(parameters, start + offset + 3 * weights(), width, width));
    }

    /** Turns scores into attention weights by a softmax of each row. */
    private void softmax(int length, int share) {
      for (int start = share; start < share + length * length; start += length) {
        float largest = VectorMath.max(shares, start, start + length);
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
     * Computes the gradients of the last {@link #addTo}.
     *
     * @param gradient ∂L/∂output, tokens × width
     * @param target receives ∂L/∂parameters
     * @param inputGradient receives ∂L/∂input, tokens × width
     */
    void backward(
        float[] gradient, float[] parameters, int start, float[] target, float[] inputGradient) {
      int tokens = captions.size();
      int out = start + offset + 3 * weights();
      Matrix.of(target, out, width, width)
          .setProduct(
              Matrix.of(mixed, 0, tokens, width).transposed(),
              Matrix.of(gradient, 0, tokens, width));
      Matrix.of(mixedGradients, 0, tokens, width)
          .setProduct(
              Matrix.of(gradient, 0, tokens, width),
              Matrix.of(parameters, out, width, width).transposed());
      int share = 0;
      for (int caption = 0; caption < captions.count(); caption++) {
        int from = captions.start(caption) * width;
        int length = captions.length(caption);
        for (int column = 0; length > 0 && column < width; column += size()) {
          backThroughHead(from + column, length, share);
          share += length * length;
        }
      }
      for (int i = 0; i < 3; i++) {
        int weights = start + offset + i * weights();
        Matrix.of(target, weights, width, width)
            .setProduct(
                Matrix.of(projectedGradients[i], 0, tokens, width).transposed(),
                Matrix.of(input, 0, tokens, width));
        Matrix.of(inputGradient, 0, tokens, width)
            .multiply(
                1f,
                Matrix.of(projectedGradients[i], 0, tokens, width),
                Matrix.of(parameters, weights, width, width),
                i == 0 ? 0f : 1f);
      }
    }

    private void backThroughHead(int at, int length, int share) {
      mix(
          1f,
          Matrix.of(shares, share, length, length).transposed(),
          mixedGradients,
          projectedGradients[2],
          at);
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
      mix(scale, Matrix.of(scores, 0, length, length), projected[1], projectedGradients[0], at);
      mix(
          scale,
          Matrix.of(scores, 0, length, length).transposed(),
          projected[0],
          projectedGradients[1],
          at);
    }

    /** Computes {@code target ← factor·a·bᵀ} of one head: tokens × tokens. */
    private void byTokens(
        float factor, float[] a, float[] b, int at, int length, float[] target, int to) {
      Matrix.of(target, to, length, length)
          .multiply(
              factor,
              Matrix.of(a, at, length, size(), width),
              Matrix.of(b, at, length, size(), width).transposed(),
              0f);
    }

    /** Computes {@code target ← factor·M·a} of one head; M is tokens × tokens. */
    private void mix(float factor, Matrix m, float[] a, float[] target, int at) {
      int length = m.rows();
      Matrix.of(target, at, length, size(), width)
          .multiply(factor, m, Matrix.of(a, at, length, size(), width), 0f);
    }
  }
}
