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
   * small and of every caption's own length, and computed by loops.
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

    private final float[] row;

    private Memory(int maximumCaptions, int maximumTokens) {
      int floats = Math.multiplyExact(Math.multiplyExact(maximumCaptions, maximumTokens), width);
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
      row = new float[maximumTokens];
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
      float[] values = projected[2];
      Arrays.fill(mixed, 0, tokens * width, 0f);
      int share = 0;
      for (int caption = 0; caption < captions; caption++) {
        int from = starts[caption];
        int to = starts[caption + 1];
        for (int head = 0; head < heads; head++) {
          int column = head * size();
          for (int t = from; t < to; t++) {
            softmax(t, from, to, column, share);
            for (int s = from; s < to; s++) {
              float p = shares[share++];
              for (int c = column; c < column + size(); c++) {
                mixed[t * width + c] += p * values[s * width + c];
              }
            }
          }
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

    /** How much of each token of a caption goes into token t, written from {@code share} on. */
    private void softmax(int t, int from, int to, int column, int share) {
      float scale = (float) (1 / Math.sqrt(size()));
      float largest = Float.NEGATIVE_INFINITY;
      for (int s = from; s < to; s++) {
        float score = scale * dot(projected[0], t, projected[1], s, column);
        shares[share + s - from] = score;
        largest = Math.max(largest, score);
      }
      float sum = 0;
      for (int i = share; i < share + to - from; i++) {
        shares[i] = (float) Math.exp(shares[i] - largest);
        sum += shares[i];
      }
      for (int i = share; i < share + to - from; i++) {
        shares[i] /= sum;
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
      for (float[] each : projectedGradients) {
        Arrays.fill(each, 0, tokens * width, 0f);
      }
      int share = 0;
      for (int caption = 0; caption < captions; caption++) {
        int from = starts[caption];
        int to = starts[caption + 1];
        for (int head = 0; head < heads; head++) {
          for (int t = from; t < to; t++) {
            backThroughToken(t, from, to, head * size(), share);
            share += to - from;
          }
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

    private void backThroughToken(int t, int from, int to, int column, int share) {
      float[] values = projected[2];
      float along = 0;
      for (int s = from; s < to; s++) {
        float p = shares[share + s - from];
        float d = dot(mixedGradients, t, values, s, column);
        row[s - from] = d;
        along += p * d;
        add(p, mixedGradients, t, projectedGradients[2], s, column);
      }
      float scale = (float) (1 / Math.sqrt(size()));
      for (int s = from; s < to; s++) {
        float g = scale * shares[share + s - from] * (row[s - from] - along);
        add(g, projected[1], s, projectedGradients[0], t, column);
        add(g, projected[0], t, projectedGradients[1], s, column);
      }
    }

    private float dot(float[] a, int rowA, float[] b, int rowB, int column) {
      float sum = 0;
      for (int c = column; c < column + size(); c++) {
        sum += a[rowA * width + c] * b[rowB * width + c];
      }
      return sum;
    }

    private void add(float factor, float[] a, int rowA, float[] b, int rowB, int column) {
      for (int c = column; c < column + size(); c++) {
        b[rowB * width + c] += factor * a[rowA * width + c];
      }
    }
  }
}
