// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.common.RandomStream;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Each kernel against its DL4J twin and against finite differences. */
class EncoderTest {
  private static final RandomGenerator RANDOM = RandomStream.of(7, "encoder test");

  /** A kind of encoder at some shape, and how many rows it is given. */
  record Case(String kind, List<Integer> hidden, int dimension, Side side, int rows) {
    Encoder encoder() {
      return new EncoderSpec(kind, hidden, dimension).build(side);
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("dense", List.of(50, 50), 30, vector(20), 17),
        new Case("dense", List.of(3), 1, vector(1), 1),
        new Case("dense", List.of(5, 1, 4), 7, vector(9), 5),
        new Case("dense", List.of(6), 4, image(5, 4), 3),
        new Case("convolution", List.of(8, 16), 6, image(8, 8), 5),
        new Case("convolution", List.of(4, 5, 3), 3, image(9, 7), 3),
        new Case("convolution", List.of(2), 2, image(1, 1), 1),
        new Case("convolution", List.of(32, 64), 16, image(32, 32), 12),
        new Case("convolution", List.of(3, 4, 2), 3, image(13, 40), 35),
        new Case("token-bag", List.of(8, 6), 5, text(11, 7), 9),
        new Case("token-bag", List.of(1), 1, text(2, 1), 1),
        new Case("token-bag", List.of(16), 4, text(100, 12), 6));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theKernelGivesWhatItsTwinGives(Case given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    Column column = column(given.side(), given.rows());
    float[] output = new float[given.rows() * given.dimension()];

    encoder
        .kernel(given.rows())
        .forward(column, rows(given.rows()), given.rows(), parameters, 0, output);

    float[] expected =
        twin(encoder, parameters).outputSingle(inputs(given, column)).dup('c').data().asFloat();
    assertClose(output, expected, 1e-5);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theKernelsGradientsAreItsTwins(Case given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    Column column = column(given.side(), given.rows());
    float[] outputGradient = random(given.rows() * given.dimension());
    INDArray epsilon =
        Nd4j.createFromArray(outputGradient.clone()).reshape('c', given.rows(), given.dimension());

    float[] gradients = gradients(encoder, column, given.rows(), parameters, outputGradient);

    ComputationGraph twin = twin(encoder, parameters);
    if (given.side().modality() == Modality.TEXT) {
      twin.setLayerMaskArrays(new INDArray[] {mask(column)}, null);
    }
    twin.setInputs(inputs(given, column));
    twin.feedForward(inputs(given, column), true, false);
    Gradient expected = twin.backpropGradient(epsilon);
    assertClose(gradients, expected.gradient().dup().data().asFloat(), 2e-4);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theKernelsGradientsAreFiniteDifferences(Case given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    Column column = column(given.side(), given.rows());
    float[] direction = random(given.rows() * given.dimension());

    float[] gradients = gradients(encoder, column, given.rows(), parameters, direction.clone());

    for (int probe = 0; probe < 20; probe++) {
      int p = RANDOM.nextInt(parameters.length);
      double step = 2e-3;
      double up = along(encoder, column, given.rows(), moved(parameters, p, step), direction);
      double down = along(encoder, column, given.rows(), moved(parameters, p, -step), direction);
      double middle = along(encoder, column, given.rows(), parameters, direction);
      double forward = (up - middle) / step;
      double backward = (middle - down) / step;
      // Where a relu switches within the step, the one-sided slopes differ and the gradient lies
      // between them.
      double slack = Math.abs(forward - backward) + 5e-3 * Math.max(1, Math.abs(forward));
      assertThat((double) gradients[p]).isCloseTo((up - down) / (2 * step), within(slack));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aKernelGivesTheSameBitsWhateverBatchItSawBefore(Case given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    Column column = column(given.side(), given.rows());
    int few = (given.rows() + 1) / 2;
    float[] expected = new float[given.rows() * given.dimension()];
    encoder.kernel(given.rows()).forward(column, rows(few), few, parameters, 0, expected);
    EncoderKernel used = encoder.kernel(given.rows());
    float[] output = new float[expected.length];
    used.forward(column, rows(given.rows()), given.rows(), parameters, 0, output.clone());

    used.forward(column, rows(few), few, parameters, 0, output);

    assertThat(output).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void parametersGoIntoADl4jGraphAndBack(Case given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    ComputationGraph graph = EncoderGraphs.together(Map.of("x", encoder));
    float[] back = new float[parameters.length];

    EncoderGraphs.setParameters(graph, "x", parameters, 0);
    EncoderGraphs.getParameters(graph, "x", back, 0);

    assertThat(back).isEqualTo(parameters);
  }

  private static ComputationGraph twin(Encoder encoder, float[] parameters) {
    ComputationGraph graph = EncoderGraphs.together(Map.of("x", encoder));
    graph.getConfiguration().setTrainingWorkspaceMode(WorkspaceMode.NONE);
    graph.getConfiguration().setInferenceWorkspaceMode(WorkspaceMode.NONE);
    EncoderGraphs.setParameters(graph, "x", parameters, 0);
    return graph;
  }

  private static float[] gradients(
      Encoder encoder, Column column, int rows, float[] parameters, float[] outputGradient) {
    EncoderKernel kernel = encoder.kernel(rows);
    kernel.forward(column, rows(rows), rows, parameters, 0, new float[rows * encoder.dimension()]);
    float[] gradients = new float[parameters.length];
    Arrays.fill(gradients, Float.NaN);
    kernel.backward(outputGradient, parameters, 0, gradients);
    return gradients;
  }

  private static double along(
      Encoder encoder, Column column, int rows, float[] parameters, float[] direction) {
    float[] output = new float[direction.length];
    encoder.kernel(rows).forward(column, rows(rows), rows, parameters, 0, output);
    double sum = 0;
    for (int i = 0; i < output.length; i++) {
      sum += (double) output[i] * direction[i];
    }
    return sum;
  }

  private static float[] moved(float[] parameters, int index, double step) {
    float[] moved = parameters.clone();
    moved[index] += (float) step;
    return moved;
  }

  private static INDArray[] inputs(Case given, Column column) {
    int width = given.side().size();
    if (column instanceof Column.Tokens tokens) {
      float[] padded = new float[given.rows() * width];
      for (int i = 0; i < padded.length; i++) {
        padded[i] = Math.max(tokens.chunks()[0][i], 0);
      }
      return new INDArray[] {Nd4j.createFromArray(padded).reshape('c', given.rows(), 1, width)};
    }
    float[] values = new float[given.rows() * width];
    for (int i = 0; i < given.rows(); i++) {
      ((Column.Numbers) column).copyRow(i, values, i * width);
    }
    INDArray flat = Nd4j.createFromArray(values);
    boolean picture = given.kind().equals("convolution");
    return new INDArray[] {
      picture
          ? flat.reshape(
              'c', given.rows(), given.side().shape().get(0), given.side().shape().get(1), 3)
          : flat.reshape('c', given.rows(), width)
    };
  }

  private static INDArray mask(Column column) {
    Column.Tokens tokens = (Column.Tokens) column;
    float[] mask = new float[tokens.size() * tokens.width()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = tokens.chunks()[0][i] >= 0 ? 1 : 0;
    }
    return Nd4j.createFromArray(mask)
        .reshape('c', tokens.size(), tokens.width())
        .castTo(DataType.FLOAT);
  }

  private static Column column(Side side, int rows) {
    ColumnBuilder builder = new ColumnBuilder(side);
    for (int i = 0; i < rows; i++) {
      switch (side.modality()) {
        case VECTOR -> builder.add(random(side.size()));
        case IMAGE -> {
          byte[] bytes = new byte[side.size()];
          RANDOM.nextBytes(bytes);
          builder.add(bytes);
        }
        case TEXT ->
            builder.add(
                IntStream.range(0, side.size())
                    .map(t -> RANDOM.nextInt(side.vocabulary().size()))
                    .toArray());
      }
    }
    return builder.build();
  }

  private static float[] parameters(Encoder encoder) {
    float[] parameters = new float[encoder.parameterCount()];
    encoder.initialise(parameters, 0, RANDOM);
    return parameters;
  }

  private static float[] random(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) RANDOM.nextGaussian();
    }
    return values;
  }

  private static int[] rows(int count) {
    return IntStream.range(0, count).toArray();
  }

  private static void assertClose(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 1e-3;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i])
          .as("number %d", i)
          .isCloseTo(expected[i], within((float) (tolerance * largest)));
    }
  }

  static Side vector(int width) {
    return new Side(Modality.VECTOR, List.of(width), List.of(), List.of(), List.of());
  }

  static Side image(int height, int width) {
    return new Side(
        Modality.IMAGE,
        List.of(height, width, 3),
        List.of(0.4, 0.5, 0.6),
        List.of(0.2, 0.25, 0.3),
        List.of());
  }

  static Side text(int vocabulary, int maximumTokens) {
    return new Side(
        Modality.TEXT,
        List.of(maximumTokens),
        List.of(),
        List.of(),
        Collections.nCopies(vocabulary, "word"));
  }
}
