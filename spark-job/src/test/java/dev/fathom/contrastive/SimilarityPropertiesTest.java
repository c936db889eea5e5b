// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.random.RandomStream;
import dev.fathom.testing.InfoNceReference;
import dev.fathom.testing.SimilarityReference;
import dev.fathom.testing.WholeBatch;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;

class SimilarityPropertiesTest {

  /**
   * Outputs to be drawn.
   *
   * @param spread how many powers of ten the rows' lengths lie apart, to both sides of 1
   */
  record Outputs(Similarity similarity, int batch, int dimension, double spread, long seed) {
    int rows() {
      return batch + similarity.sampleRows();
    }

    float[] output() {
      RandomGenerator random = RandomStream.of(seed, "output");
      float[] output = new float[rows() * dimension];
      for (int row = 0; row < rows(); row++) {
        double scale = Math.pow(10, random.nextDouble(-spread, spread + 1e-9));
        for (int c = 0; c < dimension; c++) {
          // Away from 0, as a row of one number would else have no direction.
          double sign = random.nextBoolean() ? 1 : -1;
          output[row * dimension + c] = (float) (sign * scale * random.nextDouble(0.1, 2));
        }
      }
      return output;
    }

    float[] gradient() {
      RandomGenerator random = RandomStream.of(seed, "gradient");
      float[] gradient = new float[batch * dimension];
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (float) random.nextGaussian();
      }
      return gradient;
    }
  }

  /** Which outputs are 0. */
  enum Zeros {
    SOME,
    SAMPLE,
    ALL
  }

  /** What the kernel makes of outputs and a gradient. */
  private record Result(float[] embedding, float[] outputGradient) {
    static Result of(Outputs given, float[] output, float[] gradient) {
      Similarity similarity = given.similarity();
      float[] embedding = new float[given.batch() * given.dimension()];
      float[] outputGradient = new float[output.length];
      Arrays.fill(outputGradient, Float.NaN);
      WholeBatch.forward(similarity, output, given.batch(), given.dimension(), embedding);
      WholeBatch.backward(similarity, output, given.batch(), embedding, gradient, outputGradient);
      return new Result(embedding, outputGradient);
    }
  }

  @Property(tries = 100, seed = "21")
  void embeddingsMeetTheDefinitionAndTheWayBackIsTheirFiniteDifferences(
      @ForAll("outputs") Outputs given) {
    float[] output = given.output();

    Result result = Result.of(given, output, given.gradient());

    double[] exact = InfoNceReference.doubles(output);
    double[] embedding = embedding(given, exact);
    for (int i = 0; i < embedding.length; i++) {
      assertThat((double) result.embedding()[i])
          .isCloseTo(embedding[i], within(1e-6 * Math.abs(embedding[i])));
    }
    double[] slopes = new double[output.length];
    for (int i = 0; i < output.length; i++) {
      double step =
          1e-4 * SimilarityReference.length(exact, i / given.dimension(), given.dimension());
      slopes[i] =
          (along(given, moved(exact, i, step)) - along(given, moved(exact, i, -step))) / (2 * step);
    }
    for (int row = 0; row < given.rows(); row++) {
      double tolerance = 1e-5 * largestSlope(given, exact, embedding, row);
      for (int i = row * given.dimension(); i < (row + 1) * given.dimension(); i++) {
        assertThat((double) result.outputGradient()[i])
            .as("row %d", row)
            .isCloseTo(slopes[i], within(tolerance));
      }
    }
  }

  @Property(tries = 100, seed = "22")
  void outputsOfZeroGiveFiniteLossesAndGradients(
      @ForAll("outputs") Outputs given,
      @ForAll Zeros zeros,
      @ForAll @DoubleRange(min = -5.25, max = 2.25) double logTemperature) {
    float[] output = given.output();
    RandomGenerator random = RandomStream.of(given.seed(), "zeros");
    for (int row = 0; row < given.rows(); row++) {
      boolean zero =
          switch (zeros) {
            case SOME -> random.nextBoolean();
            case SAMPLE -> row >= given.batch();
            case ALL -> true;
          };
      if (zero) {
        Arrays.fill(output, row * given.dimension(), (row + 1) * given.dimension(), 0f);
      }
    }
    float[] embedding = Result.of(given, output, given.gradient()).embedding();
    float[] gradient = new float[embedding.length];

    double loss =
        new InfoNce(given.batch(), given.dimension())
            .lossAndGradients(
                embedding,
                embedding.clone(),
                given.batch(),
                (float) Math.exp(logTemperature),
                gradient,
                gradient.clone());
    Result result = Result.of(given, output, gradient);

    assertThat(loss).isFinite();
    for (int i = 0; i < embedding.length; i++) {
      assertThat(embedding[i]).isFinite();
      assertThat(embedding[i] == 0f).isEqualTo(output[i] == 0f);
    }
    for (float value : result.outputGradient()) {
      assertThat(value).isFinite();
    }
  }

  @Provide
  Arbitrary<Outputs> outputs() {
    Arbitrary<Similarity> similarities =
        Arbitraries.oneOf(
            Arbitraries.just(new Cosine()),
            Arbitraries.integers().between(1, 9).map(PopulationNorm::new));
    return Combinators.combine(
            similarities,
            Arbitraries.integers().between(1, 12),
            Arbitraries.integers().between(1, 10),
            Arbitraries.of(0.0, 1.0, 3.0).withoutEdgeCases(),
            Arbitraries.longs().withoutEdgeCases())
        .as(Outputs::new);
  }

  private static double along(Outputs given, double[] output) {
    double[] embedding = embedding(given, output);
    float[] gradient = given.gradient();
    return IntStream.range(0, gradient.length).mapToDouble(i -> gradient[i] * embedding[i]).sum();
  }

  private static double[] embedding(Outputs given, double[] output) {
    return SimilarityReference.embedding(
        given.similarity(), output, given.batch(), given.dimension());
  }

  /** What the terms of a row's gradient are bounded by. */
  private static double largestSlope(Outputs given, double[] output, double[] embedding, int row) {
    double[] gradient = InfoNceReference.doubles(given.gradient());
    int dimension = given.dimension();
    if (row < given.batch()) {
      return SimilarityReference.length(gradient, row, dimension)
          * SimilarityReference.length(embedding, row, dimension)
          / SimilarityReference.length(output, row, dimension);
    }
    double norm =
        SimilarityReference.length(output, 0, dimension)
            / SimilarityReference.length(embedding, 0, dimension);
    double sum = 0;
    for (int i = 0; i < given.batch(); i++) {
      sum +=
          SimilarityReference.length(gradient, i, dimension)
              * SimilarityReference.length(embedding, i, dimension);
    }
    return sum / (norm * given.similarity().sampleRows());
  }

  private static double[] moved(double[] values, int place, double by) {
    double[] moved = values.clone();
    moved[place] += by;
    return moved;
  }
}
