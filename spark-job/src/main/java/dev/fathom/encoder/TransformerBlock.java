// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import java.io.Serializable;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.nd4j.linalg.activations.Activation;

/**
 * A block of a transformer: self-attention, then fully connected layers, each added to its input.
 *
 * @param narrow index of W2 (width × wide) among the encoder's parameters; b2 follows
 */
record TransformerBlock(
    NormalisedDense before, Attention attention, NormalisedDense widen, int narrow)
    implements Serializable {
  /*
   *   s = h + attention(norm(h)),   h' = s + gelu(norm(s))·W2ᵀ + b2
   *
   * where norm is a fully connected layer with layer normalisation, to a width of its own in the second case, and
   * gelu(z) = z·σ(1.702·z), DL4J's. With σ = σ(1.702·z) its slope is σ·(1 + 1.702·z·(1 − σ)).
   *
   * A block starts as the identity: the last matrix of both halves is 0.
   */

  private static final long serialVersionUID = 1L;
  private static final float GELU_SLOPE = 1.702f;

  static TransformerBlock of(int width, int heads, int wide, int offset) {
    NormalisedDense before = new NormalisedDense(width, width, offset);
    Attention attention = new Attention(width, heads, before.end());
    NormalisedDense widen = new NormalisedDense(width, wide, attention.end());
    return new TransformerBlock(before, attention, widen, widen.end());
  }

  /** The index after the block's last parameter. */
  int end() {
    return Math.addExact(narrow, Math.multiplyExact(width(), wide() + 1));
  }

  void initialise(float[] parameters, int offset, RandomGenerator random) {
    before.initialise(parameters, offset, random);
    attention.initialise(parameters, offset, random);
    widen.initialise(parameters, offset, random);
    Arrays.fill(parameters, offset + narrow, offset + end(), 0f);
  }

  /**
   * Adds the twin's layers.
   *
   * @return the name of the last layer
   */
  String addLayers(GraphBuilder builder, String name, String input) {
    builder
        .addLayer(name + ".before", before.layer(Activation.IDENTITY), input)
        .addLayer(name + ".attention", attention.layer(), name + ".before")
        .addVertex(name + ".attended", sum(), input, name + ".attention")
        .addLayer(name + ".widen", widen.layer(Activation.GELU), name + ".attended")
        .addLayer(
            name + ".narrow",
            new DenseLayer.Builder()
                .nIn(wide())
                .nOut(width())
                .activation(Activation.IDENTITY)
                .build(),
            name + ".widen")
        .addVertex(
            name + ".sequence",
            new PreprocessorVertex(new FeedForwardToRnnPreProcessor()),
            name + ".narrow")
        .addVertex(name + ".sum", sum(), name + ".attended", name + ".sequence");
    return name + ".sum";
  }

  private static ElementWiseVertex sum() {
    return new ElementWiseVertex(ElementWiseVertex.Op.Add);
  }

  private int width() {
    return widen.in();
  }

  private int wide() {
    return widen.out();
  }

  Memory memory(int maximumCaptions, int maximumTokens, Scratch scratch) {
    return new Memory(maximumCaptions, maximumTokens, scratch);
  }

  /**
   * Memory for the gradients within a block. Blocks use it one after another in the backward pass.
   */
  static final class Scratch {
    private final float[] branch;
    private final float[] wide;

    Scratch(int tokens, int width, int wide) {
      branch = new float[Math.multiplyExact(tokens, width)];
      this.wide = new float[Math.multiplyExact(tokens, wide)];
    }
  }

  /** The activations of a batch, kept for the backward pass. */
  final class Memory {
    private final NormalisedDense.Memory normed;
    private final Attention.Memory attended;
    private final NormalisedDense.Memory widened;
    private final float[] s;
    private final float[] u;

    /** The gates σ(1.702·z). */
    private final float[] sigmoids;

    private final float[] output;
    private final Scratch scratch;
    private int tokens;

    private Memory(int maximumCaptions, int maximumTokens, Scratch scratch) {
      int most = Math.multiplyExact(maximumCaptions, maximumTokens);
      normed = before.memory(most);
      attended = attention.memory(maximumCaptions, maximumTokens);
      widened = widen.memory(most);
      s = new float[Math.multiplyExact(most, width())];
      u = new float[Math.multiplyExact(most, wide())];
      sigmoids = new float[u.length];
      output = new float[s.length];
      this.scratch = scratch;
    }

    /** The output h', tokens × width. */
    float[] output() {
      return output;
    }

    /**
     * @param h tokens × width; must not change before the backward pass
     */
    void forward(float[] h, PackedCaptions captions, float[] parameters, int offset) {
      tokens = captions.size();
      normed.forward(h, tokens, parameters, offset);
      System.arraycopy(h, 0, s, 0, tokens * width());
      attended.addTo(s, normed.output(), captions, parameters, offset);
      widened.forward(s, tokens, parameters, offset);
      gelu(widened.output());
      System.arraycopy(s, 0, output, 0, tokens * width());
      Matrix.of(output, 0, tokens, width())
          .addProduct(Matrix.of(u, 0, tokens, wide()), weights(parameters, offset).transposed());
      LayerMath.addBias(output, tokens, width(), parameters, bias(offset), false);
    }

    private void gelu(float[] z) {
      int count = tokens * wide();
      for (int i = 0; i < count; i++) {
        sigmoids[i] = (float) (1 / (1 + Math.exp(-GELU_SLOPE * z[i])));
        u[i] = z[i] * sigmoids[i];
      }
    }

    /**
     * Computes the gradients of the last {@link #forward}.
     *
     * @param gradient ∂L/∂h', which is replaced by ∂L/∂h
     * @param target receives ∂L/∂parameters
     */
    void backward(float[] gradient, float[] parameters, int offset, float[] target) {
      Matrix ofOutput = Matrix.of(gradient, 0, tokens, width());
      weights(target, offset).setProduct(ofOutput.transposed(), Matrix.of(u, 0, tokens, wide()));
      LayerMath.columnSums(gradient, tokens, width(), target, bias(offset));
      Matrix.of(scratch.wide, 0, tokens, wide()).setProduct(ofOutput, weights(parameters, offset));
      backThroughGelu(scratch.wide, widened.output());
      widened.backward(scratch.wide, parameters, offset, target, gradient, true);
      attended.backward(gradient, parameters, offset, target, scratch.branch);
      normed.backward(scratch.branch, parameters, offset, target, gradient, true);
    }

    private void backThroughGelu(float[] gradient, float[] z) {
      int count = tokens * wide();
      for (int i = 0; i < count; i++) {
        gradient[i] *= sigmoids[i] * (1 + GELU_SLOPE * z[i] * (1 - sigmoids[i]));
      }
    }

    private Matrix weights(float[] parameters, int offset) {
      return Matrix.of(parameters, offset + narrow, width(), wide());
    }

    private int bias(int offset) {
      return offset + narrow + width() * wide();
    }
  }
}
