// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import java.io.Serializable;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.nd4j.linalg.activations.Activation;

/**
 * Embeddings of tokens, each multiplied by a matrix for its position. They are an encoder's first
 * parameters.
 *
 * @param places largest number of tokens in a caption
 */
record PlacedEmbedding(TokenTable table, int places) implements Serializable {
  /*
   * Of a token e at place t:  h = e·R_t.  Embeddings are looked up place by place, so that the tokens of one place are one
   * block for R_t's gemm, and then moved to where their captions are.
   *
   * The R_t start near the identity. Parameters: the table, then R as places × width × width (in × out).
   */

  private static final long serialVersionUID = 1L;
  private static final double INITIAL_DEVIATION = 0.02;

  /** The index after the last parameter of the layer. */
  int end() {
    return Math.addExact(
        table.size(), Math.multiplyExact(places, Math.multiplyExact(width(), width())));
  }

  /** Number of multiplications for one caption. */
  long multiplications() {
    return (long) places * width() * width();
  }

  void initialise(float[] parameters, int offset, RandomGenerator random) {
    table.initialise(parameters, offset, random);
    int width = width();
    for (int i = 0; i < places * width * width; i++) {
      int within = i % (width * width);
      float identity = within / width == within % width ? 1 : 0;
      parameters[matrix(0, offset) + i] =
          (float) (identity + INITIAL_DEVIATION * random.nextGaussian());
    }
  }

  /**
   * Adds the twin's layers.
   *
   * @return the name of the last layer
   */
  String addLayers(GraphBuilder builder, String name) {
    builder
        .addLayer(name + ".table", table.layer(places), name)
        .addLayer(
            name + ".place",
            new LocallyConnected1D.Builder()
                .nIn(width())
                .nOut(width())
                .kernelSize(1)
                .setInputSize(places)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build(),
            name + ".table");
    return name + ".place";
  }

  Memory memory(int maximumCaptions) {
    return new Memory(maximumCaptions);
  }

  private int width() {
    return table.width();
  }

  private int matrix(int place, int offset) {
    return offset + table.size() + place * width() * width();
  }

  /** The activations of a batch, kept for the backward pass. */
  final class Memory {
    private final int width = width();

    /**
     * The tokens ordered by position: the index of each in the batch, and the start of each
     * position.
     */
    private final int[] byPlace;

    private final int[] placeStarts = new int[places + 1];

    /** Embeddings, then their gradients, ordered by position. */
    private final float[] embedded;

    /** Multiplied embeddings, then their gradients, ordered by position. */
    private final float[] turned;

    private PackedCaptions captions;

    private Memory(int maximumCaptions) {
      byPlace = new int[Math.multiplyExact(maximumCaptions, places)];
      embedded = new float[Math.multiplyExact(byPlace.length, width)];
      turned = new float[embedded.length];
    }

    /**
     * Computes the output.
     *
     * @param output receives tokens × width, caption by caption
     */
    void forward(PackedCaptions captions, float[] parameters, int offset, float[] output) {
      this.captions = captions;
      sortByPlace();
      int all = captions.size();
      for (int c = 0; c < width; c++) {
        int column = table.column(offset, c);
        for (int i = 0; i < all; i++) {
          embedded[i * width + c] = parameters[column + captions.tokens()[byPlace[i]]];
        }
      }
      for (int place = 0; place < places; place++) {
        ofPlace(turned, place)
            .setProduct(
                ofPlace(embedded, place),
                Matrix.of(parameters, matrix(place, offset), width, width));
      }
      for (int i = 0; i < all; i++) {
        System.arraycopy(turned, i * width, output, byPlace[i] * width, width);
      }
    }

    private void sortByPlace() {
      int position = 0;
      for (int place = 0; place < places; place++) {
        placeStarts[place] = position;
        for (int i = 0; i < captions.count(); i++) {
          if (place < captions.length(i)) {
            byPlace[position++] = captions.start(i) + place;
          }
        }
      }
      placeStarts[places] = position;
    }

    /**
     * Computes the gradients of the last {@link #forward}.
     *
     * @param gradient ∂L/∂output, tokens × width
     * @param target receives ∂L/∂parameters
     */
    void backward(float[] gradient, float[] parameters, int offset, float[] target) {
      int all = captions.size();
      for (int i = 0; i < all; i++) {
        System.arraycopy(gradient, byPlace[i] * width, turned, i * width, width);
      }
      for (int place = 0; place < places; place++) {
        int matrix = matrix(place, offset);
        if (placeStarts[place] == placeStarts[place + 1]) {
          Arrays.fill(target, matrix, matrix + width * width, 0f);
          continue;
        }
        Matrix.of(target, matrix, width, width)
            .setProduct(ofPlace(embedded, place).transposed(), ofPlace(turned, place));
        ofPlace(embedded, place)
            .setProduct(
                ofPlace(turned, place), Matrix.of(parameters, matrix, width, width).transposed());
      }
      Arrays.fill(target, offset, offset + table.size(), 0f);
      for (int c = 0; c < width; c++) {
        int column = table.column(offset, c);
        for (int i = 0; i < all; i++) {
          target[column + captions.tokens()[byPlace[i]]] += embedded[i * width + c];
        }
      }
    }

    private Matrix ofPlace(float[] values, int place) {
      int from = placeStarts[place];
      return Matrix.of(values, from * width, placeStarts[place + 1] - from, width);
    }
  }
}
