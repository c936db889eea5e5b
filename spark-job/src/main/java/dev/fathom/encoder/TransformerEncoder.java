// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.error.FathomException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;

/**
 * A small transformer over a caption's tokens: embeddings multiplied by a matrix for their
 * position, blocks of self-attention and fully connected layers, the mean over the tokens, and one
 * linear layer.
 */
final class TransformerEncoder implements Encoder {
  /*
   * It is made of what DL4J has layers for, so that the twin is exact: its normalisation comes with a dense layer, its
   * dense layers see no place (hence a matrix for each place rather than a vector added), and its gelu is z·σ(1.702·z).
   *
   * Captions are packed one after another without padding: every layer but attention and the places' sees tokens × width.
   *
   * Training starts from a bag of tokens: blocks start as the identity, and the places' matrices near it.
   *
   * Parameters: the embedding, the blocks, the linear layer.
   */

  private static final long serialVersionUID = 1L;

  /** Number of sizes: width, heads, width of the fully connected layers, and blocks. */
  static final int SIZES = 4;

  private final int width;
  private final int wide;
  private final PlacedEmbedding embedding;
  private final TransformerBlock[] blocks;
  private final DenseStack head;

  TransformerEncoder(int vocabulary, int maximumTokens, List<Integer> sizes, int dimension) {
    if (sizes.size() != SIZES || sizes.get(0) % sizes.get(1) != 0) {
      throw FathomException.usage(
          "the sizes %s of a transformer are not width, heads (which divide the width), feed-forward width and layers; "
              + "set model.x.hidden or model.y.hidden like [64, 4, 128, 2]",
          sizes);
    }
    width = sizes.get(0);
    wide = sizes.get(2);
    embedding = new PlacedEmbedding(new TokenTable(vocabulary, width), maximumTokens);
    blocks = new TransformerBlock[sizes.get(3)];
    int offset = embedding.end();
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = TransformerBlock.of(width, sizes.get(1), wide, offset);
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
    // Each token is multiplied by its position's matrix and the blocks' layers, and attends to all
    // tokens.
    long layers = (long) headOffset() - embedding.end();
    long places = embedding.places();
    return embedding.multiplications()
        + places * (layers + 2L * blocks.length * places * width)
        + head.parameterCount();
  }

  @Override
  public int dimension() {
    return head.output();
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    embedding.initialise(parameters, offset, random);
    for (TransformerBlock block : blocks) {
      block.initialise(parameters, offset, random);
    }
    head.initialise(parameters, offset + headOffset(), random);
  }

  @Override
  public InputType inputType() {
    return InputType.recurrent(embedding.table().vocabulary(), embedding.places());
  }

  @Override
  public String addLayers(GraphBuilder builder, String name) {
    String previous = embedding.addLayers(builder, name);
    for (int b = 0; b < blocks.length; b++) {
      previous = blocks[b].addLayers(builder, name + ".block" + b, previous);
    }
    builder.addLayer(
        name + ".mean",
        new GlobalPoolingLayer.Builder().poolingType(PoolingType.AVG).build(),
        previous);
    return head.addLayers(builder, name, name + ".mean");
  }

  @Override
  public EncoderKernel kernel(int maximumRows) {
    return new Kernel(maximumRows);
  }

  private int headOffset() {
    return blocks[blocks.length - 1].end();
  }

  private final class Kernel implements EncoderKernel {
    private final PackedCaptions captions;
    private final PlacedEmbedding.Memory embedded;
    private final TransformerBlock.Memory[] memories = new TransformerBlock.Memory[blocks.length];
    private final DenseStack.Memory memory;

    /** The input of the first block, tokens × width. */
    private final float[] first;

    /** The gradient with respect to a block's output, then to its input. */
    private final float[] gradient;

    private Kernel(int maximumRows) {
      int places = embedding.places();
      captions = new PackedCaptions(maximumRows, places);
      embedded = embedding.memory(maximumRows);
      int most = Math.multiplyExact(maximumRows, places);
      TransformerBlock.Scratch scratch = new TransformerBlock.Scratch(most, width, wide);
      for (int b = 0; b < blocks.length; b++) {
        memories[b] = blocks[b].memory(maximumRows, places, scratch);
      }
      memory = head.memory(maximumRows);
      first = new float[Math.multiplyExact(most, width)];
      gradient = new float[first.length];
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      captions.read(column, rows, count);
      embedded.forward(captions, parameters, offset, first);
      float[] h = first;
      for (TransformerBlock.Memory block : memories) {
        block.forward(h, captions, parameters, offset);
        h = block.output();
      }
      mean(h, memory.input());
      memory.forward(count, parameters, offset + headOffset(), output);
    }

    private void mean(float[] h, float[] means) {
      Arrays.fill(means, 0, captions.count() * width, 0f);
      for (int i = 0; i < captions.count(); i++) {
        float share = 1f / Math.max(captions.length(i), 1);
        for (int t = captions.start(i); t < captions.start(i + 1); t++) {
          for (int c = 0; c < width; c++) {
            means[i * width + c] += share * h[t * width + c];
          }
        }
      }
    }

    @Override
    public void backward(float[] outputGradient, float[] parameters, int offset, float[] target) {
      memory.backward(
          captions.count(), outputGradient, parameters, offset + headOffset(), target, true);
      backThroughMean(memory.inputGradient());
      for (int b = blocks.length - 1; b >= 0; b--) {
        memories[b].backward(gradient, parameters, offset, target);
      }
      embedded.backward(gradient, parameters, offset, target);
    }

    private void backThroughMean(float[] meanGradient) {
      for (int i = 0; i < captions.count(); i++) {
        float share = 1f / Math.max(captions.length(i), 1);
        for (int t = captions.start(i); t < captions.start(i + 1); t++) {
          for (int c = 0; c < width; c++) {
            gradient[t * width + c] = share * meanGradient[i * width + c];
          }
        }
      }
    }
  }
}
