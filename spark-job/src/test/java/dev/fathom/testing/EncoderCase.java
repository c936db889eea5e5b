// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.Encoder;
import dev.fathom.encoder.EncoderGraphs;
import dev.fathom.encoder.EncoderKind;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.files.Storage;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A kind of encoder at some shape, rows for it to read, and its DL4J twin. */
public record EncoderCase(
    EncoderKind kind, List<Integer> hidden, int dimension, Side side, int rows) {
  private static final Storage STORAGE = new Storage(new Configuration());

  /** The encoder. */
  public Encoder encoder() {
    return new EncoderSpec(kind, hidden, dimension).build(side, STORAGE);
  }

  /** The same kind and shape with another width of the output and another number of rows. */
  public EncoderCase with(int otherDimension, int otherRows) {
    return new EncoderCase(kind, hidden, otherDimension, side, otherRows);
  }

  /** As many rows as the case says; captions of any length that prepare lets through. */
  public Column column(RandomGenerator random) {
    ColumnBuilder builder = new ColumnBuilder(side);
    for (int i = 0; i < rows; i++) {
      switch (side.modality()) {
        case VECTOR -> builder.add(gaussian(side.size(), random));
        case IMAGE -> {
          byte[] bytes = new byte[side.size()];
          random.nextBytes(bytes);
          builder.add(bytes);
        }
        case TEXT ->
            builder.add(
                IntStream.rangeClosed(0, random.nextInt(side.size()))
                    .map(t -> random.nextInt(side.vocabulary().size()))
                    .toArray());
      }
    }
    return builder.build();
  }

  /**
   * Initial parameters moved a little: an encoder may start some of them at 0, which can leave a
   * relu at its kink, where there is no gradient to compare.
   */
  public static float[] parameters(Encoder encoder, RandomGenerator random) {
    float[] parameters = new float[encoder.parameterCount()];
    encoder.initialise(parameters, 0, random);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += (float) random.nextDouble(-0.05, 0.05);
    }
    return parameters;
  }

  /** The twin, with these parameters. */
  public static ComputationGraph twin(Encoder encoder, float[] parameters) {
    ComputationGraph graph = EncoderGraphs.together(Map.of("x", encoder));
    graph.getConfiguration().setTrainingWorkspaceMode(WorkspaceMode.NONE);
    graph.getConfiguration().setInferenceWorkspaceMode(WorkspaceMode.NONE);
    EncoderGraphs.setParameters(graph, "x", parameters, 0);
    return graph;
  }

  /** Some rows as the twin takes them. */
  public INDArray[] inputs(Column column, int... chosen) {
    int width = side.size();
    float[] values = new float[chosen.length * width];
    for (int i = 0; i < chosen.length; i++) {
      if (column instanceof Column.Tokens tokens) {
        for (int t = 0; t < width; t++) {
          values[i * width + t] = Math.max(tokens.chunks()[0].get(chosen[i] * width + t), 0);
        }
      } else {
        ((Column.Numbers) column).copyRow(chosen[i], values, i * width);
      }
    }
    INDArray flat = Nd4j.createFromArray(values);
    if (side.modality() == Modality.TEXT) {
      return new INDArray[] {flat.reshape('c', chosen.length, 1, width)};
    }
    if (!(encoder().inputType() instanceof InputTypeConvolutional picture)) {
      return new INDArray[] {flat.reshape('c', chosen.length, width)};
    }
    INDArray pixels = flat.reshape('c', chosen.length, picture.getHeight(), picture.getWidth(), 3);
    return new INDArray[] {
      picture.getFormat() == CNN2DFormat.NHWC ? pixels : pixels.permute(0, 3, 1, 2).dup('c')
    };
  }

  /** Which places of these rows' captions hold a token; null where the side is no text. */
  public INDArray[] masks(Column column, int... chosen) {
    if (!(column instanceof Column.Tokens tokens)) {
      return null;
    }
    int width = tokens.width();
    float[] mask = new float[chosen.length * width];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = tokens.chunks()[0].get(chosen[i / width] * width + i % width) >= 0 ? 1 : 0;
    }
    return new INDArray[] {Nd4j.createFromArray(mask).reshape('c', chosen.length, width)};
  }

  /** What the twin gives for these rows, row-major. */
  public float[] twinOutput(ComputationGraph twin, Column column, int... chosen) {
    return twin.output(false, inputs(column, chosen), masks(column, chosen))[0]
        .dup('c')
        .data()
        .asFloat();
  }

  /** The twin's gradients with respect to its parameters, flat. */
  public float[] twinGradients(
      ComputationGraph twin, Column column, float[] outputGradient, int... chosen) {
    INDArray epsilon =
        Nd4j.createFromArray(outputGradient.clone()).reshape('c', chosen.length, dimension);
    twin.setLayerMaskArrays(masks(column, chosen), null);
    twin.setInputs(inputs(column, chosen));
    twin.feedForward(inputs(column, chosen), true, false);
    return twin.backpropGradient(epsilon).gradient().dup().data().asFloat();
  }

  /** Standard normal numbers. */
  public static float[] gaussian(int count, RandomGenerator random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** A side of vectors. */
  public static Side vector(int width) {
    return new Side(Modality.VECTOR, List.of(width), List.of(), List.of(), List.of());
  }

  /** A side of images. */
  public static Side image(int height, int width) {
    return new Side(
        Modality.IMAGE,
        List.of(height, width, 3),
        List.of(0.4, 0.5, 0.6),
        List.of(0.2, 0.25, 0.3),
        List.of());
  }

  /** A side of captions. */
  public static Side text(int vocabulary, int maximumTokens) {
    return new Side(
        Modality.TEXT,
        List.of(maximumTokens),
        List.of(),
        List.of(),
        Collections.nCopies(vocabulary, "word"));
  }
}
