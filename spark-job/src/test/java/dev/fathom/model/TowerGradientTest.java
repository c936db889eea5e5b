// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.contrastive.Cosine;
import dev.fathom.contrastive.InfoNce;
import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.contrastive.Similarity;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.EncoderKernel;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.DoubleTwin;
import dev.fathom.testing.EncoderCase;
import dev.fathom.testing.EncoderCases;
import dev.fathom.testing.InfoNceReference;
import dev.fathom.testing.SimilarityReference;
import dev.fathom.testing.WholeBatch;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;

/** Encoders, similarity and objective as one function of the parameters. */
class TowerGradientTest {
  private static final double STEP = 1e-7;

  /** Two encoders of one width that read rows of pairs, then those of the separate sample. */
  record Given(
      EncoderCase x,
      EncoderCase y,
      Similarity similarity,
      int batch,
      float temperature,
      long seed) {
    static Given of(
        EncoderCase x, EncoderCase y, Similarity similarity, double logTemperature, long seed) {
      int rows = x.rows() + similarity.sampleRows();
      return new Given(
          x.with(x.dimension(), rows),
          y.with(x.dimension(), rows),
          similarity,
          x.rows(),
          (float) Math.exp(logTemperature),
          seed);
    }

    int dimension() {
      return x.dimension();
    }
  }

  /** One encoder's way through a training step in single precision, and beside it in double. */
  private static final class Tower {
    private final Given given;
    private final float[] parameters;
    private final double[] direction;
    private final float[] output;
    private final float[] embedding;
    private final float[] embeddingGradient;
    private final EncoderKernel kernel;
    private final DoubleTwin twin;

    Tower(Given given, EncoderCase encoder, RandomGenerator random) {
      this.given = given;
      parameters = EncoderCase.parameters(encoder.encoder(), random);
      direction = random.doubles(parameters.length, -1, 1).toArray();
      int rows = encoder.rows();
      output = new float[rows * given.dimension()];
      embedding = new float[given.batch() * given.dimension()];
      embeddingGradient = new float[embedding.length];
      kernel = encoder.encoder().kernel(rows);
      Column column = encoder.column(random);
      int[] all = IntStream.range(0, rows).toArray();
      twin = new DoubleTwin(encoder, column, all);
      kernel.forward(column, all, rows, parameters, 0, output);
      WholeBatch.forward(given.similarity(), output, given.batch(), given.dimension(), embedding);
    }

    /** The derivative of the loss along the direction, by way of the kernels. */
    double slope() {
      float[] outputGradient = new float[output.length];
      float[] gradients = new float[parameters.length];
      WholeBatch.backward(
          given.similarity(), output, given.batch(), embedding, embeddingGradient, outputGradient);
      kernel.backward(outputGradient, parameters, 0, gradients);
      return IntStream.range(0, gradients.length)
          .mapToDouble(i -> gradients[i] * direction[i])
          .sum();
    }

    double[] exactEmbedding(double step) {
      double[] moved =
          IntStream.range(0, parameters.length)
              .mapToDouble(i -> parameters[i] + step * direction[i])
              .toArray();
      return SimilarityReference.embedding(
          given.similarity(), twin.output(moved), given.batch(), given.dimension());
    }
  }

  @Property(tries = 60, seed = "41")
  void theStepsGradientIsTheFiniteDifferenceOfTheWholeWay(@ForAll("given") Given given) {
    RandomGenerator random = RandomStream.of(given.seed(), "tower");
    Tower x = new Tower(given, given.x(), random);
    Tower y = new Tower(given, given.y(), random);
    double temperatureDirection = random.nextDouble(-1, 1);

    InfoNce objective = new InfoNce(given.batch(), given.dimension());
    objective.lossAndGradients(
        x.embedding,
        y.embedding,
        given.batch(),
        given.temperature(),
        x.embeddingGradient,
        y.embeddingGradient);
    double actual = x.slope() + y.slope() + objective.temperatureGradient() * temperatureDirection;

    double[][] up = {x.exactEmbedding(STEP), y.exactEmbedding(STEP)};
    double[][] down = {x.exactEmbedding(-STEP), y.exactEmbedding(-STEP)};
    double expected =
        (loss(given, up, temperatureDirection * STEP)
                - loss(given, down, -temperatureDirection * STEP))
            / (2 * STEP);
    assertThat(actual).isCloseTo(expected, within(tolerance(given, up, down)));
  }

  @Provide
  Arbitrary<Given> given() {
    Arbitrary<Similarity> similarities =
        Arbitraries.oneOf(
            Arbitraries.just(new Cosine()),
            Arbitraries.integers().between(1, 6).map(PopulationNorm::new));
    return Combinators.combine(
            EncoderCases.any(),
            EncoderCases.any(),
            similarities,
            Arbitraries.doubles()
                .between(-5.2983, 2.3025)
                .ofScale(4)
                .withDistribution(RandomDistribution.uniform()),
            Arbitraries.longs())
        .as(Given::of)
        .withoutEdgeCases();
  }

  private static double loss(Given given, double[][] embeddings, double logFactor) {
    return InfoNceReference.of(
            embeddings[0], embeddings[1], given.batch(), given.temperature() * Math.exp(logFactor))
        .loss();
  }

  /**
   * What single precision may be off: a similarity by some units in the last place, a logit by that
   * over τ, a softmax by as much of itself, and the slope by that share of the most that it can be.
   */
  private static double tolerance(Given given, double[][] up, double[][] down) {
    double longestX = InfoNceReference.longestRow(up[0], given.batch());
    double longestY = InfoNceReference.longestRow(up[1], given.batch());
    double largestLogit = longestX * longestY / given.temperature();
    double reach =
        (fastestRow(given, up[0], down[0]) * longestY
                    + fastestRow(given, up[1], down[1]) * longestX)
                / given.temperature()
            + largestLogit;
    return 2 * reach * (2e-5 + 40 * 0x1p-24 * largestLogit);
  }

  private static double fastestRow(Given given, double[] up, double[] down) {
    double[] speed =
        IntStream.range(0, up.length).mapToDouble(i -> (up[i] - down[i]) / (2 * STEP)).toArray();
    return InfoNceReference.longestRow(speed, given.batch());
  }
}
