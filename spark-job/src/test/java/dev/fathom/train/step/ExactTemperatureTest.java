// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.contrastive.InfoNce;
import dev.fathom.random.RandomStream;
import dev.fathom.train.step.ExactTemperature.Bound;
import dev.fathom.train.step.ExactTemperature.Solution;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactTemperatureTest {
  private static final int BATCH = 64;
  private static final int DIMENSION = 6;

  private final InfoNce objective = new InfoNce(BATCH, DIMENSION);
  private final float[] u = new float[BATCH * DIMENSION];
  private final float[] v = new float[BATCH * DIMENSION];

  @ParameterizedTest
  @CsvSource({"0.2, 1", "0.3, 1", "1, 1", "0.3, 0.02", "0.3, 200", "3, 50"})
  void theSolutionIsThatOfAGridSearch(double noise, double start) {
    drawPairs(noise);
    double lowest = 0.01;
    double highest = 250;

    Solution solution =
        ExactTemperature.solve(s -> objective.curve(u, v, BATCH, s), range(start, lowest, highest));

    double best = lowest;
    for (double s = lowest; s <= highest; s *= 1.002) {
      if (objective.curve(u, v, BATCH, s).loss() < objective.curve(u, v, BATCH, best).loss()) {
        best = s;
      }
    }
    assertThat(solution.bound()).isEqualTo(Bound.NONE);
    assertThat(objective.curve(u, v, BATCH, solution.inverse()).loss())
        .isCloseTo(objective.curve(u, v, BATCH, best).loss(), within(1e-6));
    assertThat(solution.inverse() / best).isCloseTo(1, within(5e-3));
  }

  @Test
  void fromNearByAFewEvaluationsSuffice() {
    drawPairs(0.3);
    double solution =
        ExactTemperature.solve(s -> objective.curve(u, v, BATCH, s), range(1, 0.01, 250)).inverse();
    AtomicInteger evaluations = new AtomicInteger();

    ExactTemperature.solve(
        s -> {
          evaluations.incrementAndGet();
          return objective.curve(u, v, BATCH, s);
        },
        range(solution / 1.5, solution / 2, solution * 2));

    assertThat(evaluations.get()).isLessThanOrEqualTo(5);
  }

  @Test
  void pairsThatAreToldApartWithoutErrorRunIntoTheUpperBound() {
    drawPairs(0);

    Solution solution =
        ExactTemperature.solve(s -> objective.curve(u, v, BATCH, s), range(1, 0.5, 20));

    assertThat(solution).isEqualTo(new Solution(20, Bound.HIGHEST));
  }

  @Test
  void pairsThatDisagreeRunIntoTheLowerBound() {
    drawPairs(0);
    for (int i = 0; i < v.length; i++) {
      v[i] = -v[i];
    }

    Solution solution =
        ExactTemperature.solve(s -> objective.curve(u, v, BATCH, s), range(1, 0.5, 20));

    assertThat(solution).isEqualTo(new Solution(0.5, Bound.LOWEST));
  }

  private static ExactTemperature.Range range(double start, double lowest, double highest) {
    return new ExactTemperature.Range(start, lowest, highest, false);
  }

  /** Unit vectors, and the same with noise. */
  private void drawPairs(double noise) {
    RandomGenerator random = RandomStream.of(5, "exact temperature test");
    for (int i = 0; i < u.length; i++) {
      u[i] = (float) random.nextGaussian();
      v[i] = (float) (u[i] + noise * random.nextGaussian());
    }
    normalise(u);
    normalise(v);
  }

  private static void normalise(float[] rows) {
    for (int row = 0; row < rows.length; row += DIMENSION) {
      double squares = 0;
      for (int c = row; c < row + DIMENSION; c++) {
        squares += rows[c] * rows[c];
      }
      for (int c = row; c < row + DIMENSION; c++) {
        rows[c] /= (float) Math.sqrt(squares);
      }
    }
  }
}
