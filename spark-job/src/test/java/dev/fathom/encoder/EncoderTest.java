// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.EncoderCase;
import dev.fathom.testing.GraphFixtures;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kernel against its DL4J twin and against finite differences. */
class EncoderTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final RandomGenerator RANDOM = RandomStream.of(7, "encoder test");

  @TempDir private static java.nio.file.Path directory;

  /**
   * Those whose twin DL4J gets the gradients of. A transformer's is not among them: DL4J 1.0.0-M2.1
   * gives twice the gradient of a layer that it computes by SameDiff, such as attention.
   */
  static Stream<EncoderCase> casesThatDl4jDifferentiates() {
    return cases().filter(given -> !given.kind().equals(BuiltInEncoder.TRANSFORMER));
  }

  /** Over many rows some relus switch within any step, and a difference is no derivative. */
  static Stream<EncoderCase> casesOfFewRows() {
    return cases().filter(given -> given.rows() <= 20);
  }

  static Stream<EncoderCase> cases() {
    return Stream.of(
        new EncoderCase(BuiltInEncoder.DENSE, List.of(50, 50), 30, EncoderCase.vector(20), 17),
        new EncoderCase(BuiltInEncoder.DENSE, List.of(3), 1, EncoderCase.vector(1), 1),
        new EncoderCase(BuiltInEncoder.DENSE, List.of(5, 1, 4), 7, EncoderCase.vector(9), 5),
        new EncoderCase(BuiltInEncoder.DENSE, List.of(6), 4, EncoderCase.image(5, 4), 3),
        new EncoderCase(BuiltInEncoder.CONVOLUTION, List.of(8, 16), 6, EncoderCase.image(8, 8), 5),
        new EncoderCase(
            BuiltInEncoder.CONVOLUTION, List.of(4, 5, 3), 3, EncoderCase.image(9, 7), 3),
        new EncoderCase(BuiltInEncoder.CONVOLUTION, List.of(2), 2, EncoderCase.image(1, 1), 1),
        new EncoderCase(
            BuiltInEncoder.CONVOLUTION, List.of(32, 64), 16, EncoderCase.image(32, 32), 12),
        new EncoderCase(
            BuiltInEncoder.CONVOLUTION, List.of(3, 4, 2), 3, EncoderCase.image(13, 40), 35),
        new EncoderCase(BuiltInEncoder.RESIDUAL, List.of(4, 6), 5, EncoderCase.image(8, 8), 4),
        new EncoderCase(BuiltInEncoder.RESIDUAL, List.of(3, 5, 2), 3, EncoderCase.image(9, 7), 3),
        new EncoderCase(BuiltInEncoder.RESIDUAL, List.of(2), 2, EncoderCase.image(1, 1), 2),
        new EncoderCase(BuiltInEncoder.RESIDUAL, List.of(16, 8), 4, EncoderCase.image(32, 32), 9),
        new EncoderCase(BuiltInEncoder.TOKEN_BAG, List.of(8, 6), 5, EncoderCase.text(11, 7), 9),
        new EncoderCase(BuiltInEncoder.TOKEN_BAG, List.of(1), 1, EncoderCase.text(2, 1), 1),
        new EncoderCase(BuiltInEncoder.TOKEN_BAG, List.of(16), 4, EncoderCase.text(100, 12), 6),
        new EncoderCase(
            BuiltInEncoder.TRANSFORMER, List.of(8, 2, 12, 1), 5, EncoderCase.text(11, 7), 6),
        new EncoderCase(
            BuiltInEncoder.TRANSFORMER, List.of(12, 3, 6, 2), 3, EncoderCase.text(30, 5), 9),
        new EncoderCase(
            BuiltInEncoder.TRANSFORMER, List.of(4, 1, 4, 1), 2, EncoderCase.text(3, 2), 2),
        new EncoderCase(
            BuiltInEncoder.TRANSFORMER, List.of(4, 2, 4, 1), 2, EncoderCase.text(3, 1), 3),
        new EncoderCase(
            BuiltInEncoder.TRANSFORMER, List.of(4, 2, 4, 1), 2, EncoderCase.text(3, 3), 1),
        graph("vector", GraphFixtures.branches(9, 6), EncoderCase.vector(9), 6, 5),
        graph(
            "nhwc", GraphFixtures.pictures(8, CNN2DFormat.NHWC, 5), EncoderCase.image(8, 8), 5, 4),
        graph(
            "nchw", GraphFixtures.pictures(6, CNN2DFormat.NCHW, 5), EncoderCase.image(6, 6), 5, 4),
        graph("text", GraphFixtures.captions(11, 7, 5), EncoderCase.text(11, 7), 5, 6));
  }

  private static EncoderCase graph(
      String name, ComputationGraphConfiguration configuration, Side side, int width, int rows) {
    Path path = new Path(directory.toString(), name + ".json");
    STORAGE.write(path, configuration.toJson().getBytes(StandardCharsets.UTF_8));
    return new EncoderCase(EncoderKind.of("graph:" + path), List.of(), width, side, rows);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theKernelGivesWhatItsTwinGives(EncoderCase given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    Column column = given.column(RANDOM);
    float[] output = new float[given.rows() * given.dimension()];

    encoder
        .kernel(given.rows())
        .forward(column, rows(given.rows()), given.rows(), parameters, 0, output);

    float[] expected =
        given.twinOutput(EncoderCase.twin(encoder, parameters), column, rows(given.rows()));
    assertClose(output, expected, 1e-5);
  }

  @ParameterizedTest
  @MethodSource("casesThatDl4jDifferentiates")
  void theKernelsGradientsAreItsTwins(EncoderCase given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    Column column = given.column(RANDOM);
    float[] outputGradient = EncoderCase.gaussian(given.rows() * given.dimension(), RANDOM);

    float[] gradients =
        gradients(encoder, column, given.rows(), parameters, outputGradient.clone());

    float[] expected =
        given.twinGradients(
            EncoderCase.twin(encoder, parameters), column, outputGradient, rows(given.rows()));
    assertClose(gradients, expected, 2e-4);
  }

  @ParameterizedTest
  @MethodSource("casesOfFewRows")
  void theKernelsGradientsAreFiniteDifferences(EncoderCase given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    Column column = given.column(RANDOM);
    float[] direction = EncoderCase.gaussian(given.rows() * given.dimension(), RANDOM);

    float[] gradients = gradients(encoder, column, given.rows(), parameters, direction.clone());

    int probes = given.kind().equals(BuiltInEncoder.TRANSFORMER) ? 200 : 20;
    for (int probe = 0; probe < probes; probe++) {
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
  void aKernelGivesTheSameBitsWhateverBatchItSawBefore(EncoderCase given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    Column column = given.column(RANDOM);
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
  void parametersGoIntoADl4jGraphAndBack(EncoderCase given) {
    Encoder encoder = given.encoder();
    float[] parameters = parameters(encoder);
    ComputationGraph graph = EncoderGraphs.together(Map.of("x", encoder));
    float[] back = new float[parameters.length];

    EncoderGraphs.setParameters(graph, "x", parameters, 0);
    EncoderGraphs.getParameters(graph, "x", back, 0);

    assertThat(back).isEqualTo(parameters);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8", "8, 3, 8, 1", "8, 2, 8"})
  void aTransformerOfWrongSizesIsRefused(String sizes) {
    List<Integer> hidden = Arrays.stream(sizes.split(", ")).map(Integer::valueOf).toList();

    assertThatThrownBy(
            () ->
                new EncoderSpec(BuiltInEncoder.TRANSFORMER, hidden, 4)
                    .build(EncoderCase.text(11, 7), STORAGE))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("are not width, heads (which divide the width)");
  }

  @Test
  void aHeadOnAFrozenNetworkHasOneWideLayer() {
    Side vectors = EncoderCase.vector(9);
    Side features =
        vectors.featuresOf(
            new Backbone(Modality.TEXT, "", "", "", Backbone.Pooling.MEAN, 9, null, null, null, 0));

    assertThat(hidden(features)).containsExactly(256);
    assertThat(hidden(vectors)).containsExactly(50, 50, 50, 50);
    assertThat(hidden(features, 7, 5)).containsExactly(7, 5);
  }

  private static List<Integer> hidden(Side side, Integer... given) {
    return new EncoderSpec(BuiltInEncoder.AUTO, List.of(given), 4).resolvedFor(side).hidden();
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

  /** Parameters near where training starts, but none of them 0, so that every one counts. */
  private static float[] parameters(Encoder encoder) {
    float[] parameters = new float[encoder.parameterCount()];
    encoder.initialise(parameters, 0, RANDOM);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += (float) (0.02 * RANDOM.nextGaussian());
    }
    return parameters;
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
}
