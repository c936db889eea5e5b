// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import dev.fathom.error.FathomException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.nd4j.linalg.activations.Activation;

/**
 * A small transformer over a caption's tokens: embeddings turned by a matrix of their place, blocks
 * of self-attention and fully connected layers, the mean over the tokens, and one linear layer.
 */
final class TransformerEncoder implements Encoder {
  /*
   * Of a token e at place t:  h = e·R_t.  A block:
   *
   *   s = h + attention(norm(h)),   h' = s + gelu(norm(s))·W2ᵀ + b2
   *
   * where norm is a fully connected layer with layer normalisation, to a width of its own in the second case. It is made
   * of what DL4J has layers for, so that the twin is exact: its normalisation comes with a dense layer, its dense layers
   * see no place (hence a matrix for each place rather than a vector added), and its gelu is z·σ(1.702·z).
   *
   * Captions are packed one after another without padding: every layer but attention and R sees tokens × width. The
   * embeddings are looked up place by place, so that the tokens of one place are one block for R_t's gemm, and then moved.
   *
   * Blocks start as the identity (the last matrix of both halves is 0) and the R_t near it: training starts from a bag of
   * tokens.
   *
   * Parameters: table as in the token bag, R as places × width × width (in × out), then the blocks and the linear layer.
   */

  private static final long serialVersionUID = 1L;
  private static final double TABLE_DEVIATION = 0.05;
  private static final double PLACE_DEVIATION = 0.02;
  private static final float GELU_SLOPE = 1.702f;

  /** Width, heads, width of the fully connected layers, and blocks. */
  static final int SIZES = 4;

  private final int vocabulary;
  private final int places;
  private final int width;
  private final int wide;
  private final int dimension;
  private final Block[] blocks;
  private final DenseStack head;

  private record Block(
      NormalisedDense before, Attention attention, NormalisedDense widen, int narrow)
      implements Serializable {
    static Block of(int width, int heads, int wide, int offset) {
      NormalisedDense before = new NormalisedDense(width, width, offset);
      Attention attention = new Attention(width, heads, before.end());
      NormalisedDense widen = new NormalisedDense(width, wide, attention.end());
      return new Block(before, attention, widen, widen.end());
    }

    /** Where W2 (width × wide) and b2 end. */
    int end() {
      return Math.addExact(narrow, Math.multiplyExact(widen.in(), widen.out() + 1));
    }
  }

  TransformerEncoder(int vocabulary, int maximumTokens, List<Integer> sizes, int dimension) {
    if (sizes.size() != SIZES || sizes.get(0) % sizes.get(1) != 0) {
      throw FathomException.usage(
          "the sizes %s of a transformer are not width, heads (which divide the width), feed-forward width and layers; "
              + "set model.x.hidden or model.y.hidden like [64, 4, 128, 2]",
          sizes);
    }
    this.vocabulary = vocabulary;
    this.dimension = dimension;
    places = maximumTokens;
    width = sizes.get(0);
    wide = sizes.get(2);
    blocks = new Block[sizes.get(3)];
    int offset = Math.addExact(tableSize(), Math.multiplyExact(places, width * width));
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = Block.of(width, sizes.get(1), wide, offset);
      offset = blocks[b].end();
    }
    head = new DenseStack(width, List.of(), dimension);
  }

  @Override
  public int parameterCount() {
    return Math.addExact(headOffset(), head.parameterCount());
  }

  @Override
  public long multiplications() {
    // Every place meets its own matrix, the blocks' layers, and in attention every other place.
    long layers = headOffset() - tableSize() - (long) places * width * width;
    return places * ((long) width * width + layers + 2L * blocks.length * places * width)
        + head.parameterCount();
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    for (int i = 0; i < tableSize(); i++) {
      parameters[offset + i] = (float) (TABLE_DEVIATION * random.nextGaussian());
    }
    int matrices = offset + tableSize();
    for (int i = 0; i < places * width * width; i++) {
      int within = i % (width * width);
      float identity = within / width == within % width ? 1 : 0;
      parameters[matrices + i] = (float) (identity + PLACE_DEVIATION * random.nextGaussian());
    }
    for (Block block : blocks) {
      block.before().initialise(parameters, offset, random);
      block.attention().initialise(parameters, offset, random);
      block.widen().initialise(parameters, offset, random);
      Arrays.fill(parameters, offset + block.narrow(), offset + block.end(), 0f);
    }
    head.initialise(parameters, offset + headOffset(), random);
  }

  @Override
  public InputType inputType() {
    return InputType.recurrent(vocabulary, places);
  }

  @Override
  public String addLayers(GraphBuilder builder, String name) {
    builder
        .addLayer(
            name + ".table",
            new EmbeddingSequenceLayer.Builder()
                .nIn(vocabulary)
                .nOut(width)
                .inputLength(places)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build(),
            name)
        .addLayer(
            name + ".place",
            new LocallyConnected1D.Builder()
                .nIn(width)
                .nOut(width)
                .kernelSize(1)
                .setInputSize(places)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build(),
            name + ".table");
    String previous = name + ".place";
    for (int b = 0; b < blocks.length; b++) {
      previous = addBlock(builder, blocks[b], name + ".block" + b, previous);
    }
    builder.addLayer(
        name + ".mean",
        new GlobalPoolingLayer.Builder().poolingType(PoolingType.AVG).build(),
        previous);
    return head.addLayers(builder, name, name + ".mean");
  }

  private String addBlock(GraphBuilder builder, Block block, String name, String input) {
    DenseLayer narrow =
        new DenseLayer.Builder().nIn(wide).nOut(width).activation(Activation.IDENTITY).build();
    builder
        .addLayer(name + ".before", block.before().layer(Activation.IDENTITY), input)
        .addLayer(name + ".attention", block.attention().layer(), name + ".before")
        .addVertex(
            name + ".attended",
            new ElementWiseVertex(ElementWiseVertex.Op.Add),
            input,
            name + ".attention")
        .addLayer(name + ".widen", block.widen().layer(Activation.GELU), name + ".attended")
        .addLayer(name + ".narrow", narrow, name + ".widen")
        .addVertex(
            name + ".sequence",
            new PreprocessorVertex(new FeedForwardToRnnPreProcessor()),
            name + ".narrow")
        .addVertex(
            name + ".sum",
            new ElementWiseVertex(ElementWiseVertex.Op.Add),
            name + ".attended",
            name + ".sequence");
    return name + ".sum";
  }

  @Override
  public EncoderKernel kernel(int maximumRows) {
    return new Kernel(maximumRows);
  }

  private int tableSize() {
    return Math.multiplyExact(vocabulary, width);
  }

  private int headOffset() {
    return blocks[blocks.length - 1].end();
  }

  /** What a block leaves for its way back. */
  private static final class BlockMemory {
    private final NormalisedDense.Memory before;
    private final Attention.Memory attention;
    private final NormalisedDense.Memory widen;
    private final float[] s;
    private final float[] u;
    private final float[] sigmoids;
    private final float[] next;

    BlockMemory(Block block, int captions, int places) {
      int tokens = Math.multiplyExact(captions, places);
      before = block.before().memory(tokens);
      attention = block.attention().memory(captions, places);
      widen = block.widen().memory(tokens);
      s = new float[Math.multiplyExact(tokens, block.widen().in())];
      u = new float[Math.multiplyExact(tokens, block.widen().out())];
      sigmoids = new float[u.length];
      next = new float[s.length];
    }
  }

  private final class Kernel implements EncoderKernel {
    private final DenseStack.Memory memory;
    private final BlockMemory[] memories = new BlockMemory[blocks.length];

    /** The batch's tokens one after another, caption i's from {@code starts[i]} on. */
    private final int[] tokens;

    private final int[] starts;

    /** The tokens place by place: where each is among {@link #tokens}, and each place's start. */
    private final int[] byPlace;

    private final int[] placeStarts = new int[places + 1];
    private final float[] embedded;
    private final float[] turned;
    private final float[] first;
    private final float[] gradient;
    private final float[] branchGradient;
    private final float[] wideGradient;
    private int captions;

    private Kernel(int maximumRows) {
      int most = Math.multiplyExact(maximumRows, places);
      memory = head.memory(maximumRows);
      for (int b = 0; b < blocks.length; b++) {
        memories[b] = new BlockMemory(blocks[b], maximumRows, places);
      }
      tokens = new int[most];
      starts = new int[maximumRows + 1];
      byPlace = new int[most];
      embedded = new float[Math.multiplyExact(most, width)];
      turned = new float[embedded.length];
      first = new float[embedded.length];
      gradient = new float[embedded.length];
      branchGradient = new float[embedded.length];
      wideGradient = new float[Math.multiplyExact(most, wide)];
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      captions = count;
      for (int i = 0; i < count; i++) {
        starts[i + 1] = starts[i] + ((Column.Tokens) column).copyRow(rows[i], tokens, starts[i]);
      }
      sortByPlace();
      embed(parameters, offset);
      float[] h = first;
      for (int b = 0; b < blocks.length; b++) {
        forward(blocks[b], memories[b], h, parameters, offset);
        h = memories[b].next;
      }
      mean(h);
      memory.forward(count, parameters, offset + headOffset(), output);
    }

    private void sortByPlace() {
      int position = 0;
      for (int place = 0; place < places; place++) {
        placeStarts[place] = position;
        for (int i = 0; i < captions; i++) {
          if (starts[i] + place < starts[i + 1]) {
            byPlace[position++] = starts[i] + place;
          }
        }
      }
      placeStarts[places] = position;
    }

    private void embed(float[] parameters, int offset) {
      int all = starts[captions];
      for (int c = 0; c < width; c++) {
        int tableColumn = offset + c * vocabulary;
        for (int i = 0; i < all; i++) {
          embedded[i * width + c] = parameters[tableColumn + tokens[byPlace[i]]];
        }
      }
      for (int place = 0; place < places; place++) {
        int from = placeStarts[place] * width;
        Matrix.of(turned, from, placeStarts[place + 1] - placeStarts[place], width)
            .setProduct(
                Matrix.of(embedded, from, placeStarts[place + 1] - placeStarts[place], width),
                Matrix.of(parameters, matrix(place, offset), width, width));
      }
      for (int i = 0; i < all; i++) {
        System.arraycopy(turned, i * width, first, byPlace[i] * width, width);
      }
    }

    private void forward(Block block, BlockMemory at, float[] h, float[] parameters, int offset) {
      int all = starts[captions];
      at.before.forward(h, all, parameters, offset);
      System.arraycopy(h, 0, at.s, 0, all * width);
      at.attention.addTo(at.s, at.before.output(), starts, captions, parameters, offset);
      at.widen.forward(at.s, all, parameters, offset);
      gelu(at.widen.output(), at.sigmoids, at.u, all * wide);
      System.arraycopy(at.s, 0, at.next, 0, all * width);
      int narrow = offset + block.narrow();
      Matrix.of(at.next, 0, all, width)
          .addProduct(
              Matrix.of(at.u, 0, all, wide),
              Matrix.of(parameters, narrow, width, wide).transposed());
      DenseStack.addBias(at.next, all, width, parameters, narrow + width * wide, false);
    }

    private void mean(float[] h) {
      float[] means = memory.input();
      Arrays.fill(means, 0, captions * width, 0f);
      for (int i = 0; i < captions; i++) {
        float share = 1f / Math.max(starts[i + 1] - starts[i], 1);
        for (int t = starts[i]; t < starts[i + 1]; t++) {
          for (int c = 0; c < width; c++) {
            means[i * width + c] += share * h[t * width + c];
          }
        }
      }
    }

    @Override
    public void backward(float[] outputGradient, float[] parameters, int offset, float[] target) {
      memory.backward(captions, outputGradient, parameters, offset + headOffset(), target, true);
      backThroughMean(memory.inputGradient());
      for (int b = blocks.length - 1; b >= 0; b--) {
        float[] h = b == 0 ? first : memories[b - 1].next;
        backward(blocks[b], memories[b], h, parameters, offset, target);
      }
      backThroughEmbedding(parameters, offset, target);
    }

    private void backThroughMean(float[] meanGradient) {
      for (int i = 0; i < captions; i++) {
        float share = 1f / Math.max(starts[i + 1] - starts[i], 1);
        for (int t = starts[i]; t < starts[i + 1]; t++) {
          for (int c = 0; c < width; c++) {
            gradient[t * width + c] = share * meanGradient[i * width + c];
          }
        }
      }
    }

    /** From ∂L/∂h' to ∂L/∂h, both in {@link #gradient}. */
    private void backward(
        Block block, BlockMemory at, float[] h, float[] parameters, int offset, float[] target) {
      int all = starts[captions];
      int narrow = offset + block.narrow();
      Matrix.of(target, narrow, width, wide)
          .setProduct(
              Matrix.of(gradient, 0, all, width).transposed(), Matrix.of(at.u, 0, all, wide));
      DenseStack.columnSums(gradient, all, width, target, narrow + width * wide);
      Matrix.of(wideGradient, 0, all, wide)
          .setProduct(
              Matrix.of(gradient, 0, all, width), Matrix.of(parameters, narrow, width, wide));
      backThroughGelu(wideGradient, at.widen.output(), at.sigmoids, all * wide);
      at.widen.backward(at.s, all, wideGradient, parameters, offset, target, gradient, true);
      at.attention.backward(
          at.before.output(),
          starts,
          captions,
          gradient,
          parameters,
          offset,
          target,
          branchGradient);
      at.before.backward(h, all, branchGradient, parameters, offset, target, gradient, true);
    }

    private void backThroughEmbedding(float[] parameters, int offset, float[] target) {
      int all = starts[captions];
      for (int i = 0; i < all; i++) {
        System.arraycopy(gradient, byPlace[i] * width, turned, i * width, width);
      }
      for (int place = 0; place < places; place++) {
        int from = placeStarts[place] * width;
        int count = placeStarts[place + 1] - placeStarts[place];
        int matrix = matrix(place, offset);
        if (count == 0) {
          Arrays.fill(target, matrix, matrix + width * width, 0f);
          continue;
        }
        Matrix.of(target, matrix, width, width)
            .setProduct(
                Matrix.of(embedded, from, count, width).transposed(),
                Matrix.of(turned, from, count, width));
        Matrix.of(branchGradient, from, count, width)
            .setProduct(
                Matrix.of(turned, from, count, width),
                Matrix.of(parameters, matrix, width, width).transposed());
      }
      Arrays.fill(target, offset, offset + tableSize(), 0f);
      for (int c = 0; c < width; c++) {
        int tableColumn = offset + c * vocabulary;
        for (int i = 0; i < all; i++) {
          target[tableColumn + tokens[byPlace[i]]] += branchGradient[i * width + c];
        }
      }
    }

    private int matrix(int place, int offset) {
      return offset + tableSize() + place * width * width;
    }
  }

  /**
   * @param sigmoids receives σ(1.702·z), which the way back needs
   */
  private static void gelu(float[] z, float[] sigmoids, float[] target, int count) {
    for (int i = 0; i < count; i++) {
      sigmoids[i] = (float) (1 / (1 + Math.exp(-GELU_SLOPE * z[i])));
      target[i] = z[i] * sigmoids[i];
    }
  }

  /** With σ = σ(1.702·z): the slope is σ·(1 + 1.702·z·(1 − σ)). */
  private static void backThroughGelu(float[] gradient, float[] z, float[] sigmoids, int count) {
    for (int i = 0; i < count; i++) {
      gradient[i] *= sigmoids[i] * (1 + GELU_SLOPE * z[i] * (1 - sigmoids[i]));
    }
  }
}
