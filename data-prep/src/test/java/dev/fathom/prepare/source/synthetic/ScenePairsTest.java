// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.RawValue;
import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenePairsTest {
  private static final int SIZE = 32;
  private static final long SEED = 7;

  @ParameterizedTest
  @EnumSource(Factor.class)
  void aSmallStepOfAFactorIsASmallStepOfThePicture(Factor factor) {
    double previous = 0;
    for (double step : new double[] {0.0025, 0.005, 0.01}) {
      double change = change(factor, step);
      assertThat(change).as("step %s", step).isGreaterThan(previous * 1.5).isLessThan(step * 500);
      previous = change;
    }
  }

  @ParameterizedTest
  @EnumSource(Factor.class)
  void pixelsMoveWithoutJumpsAlongAFactor(Factor factor) {
    byte[] previous = picture(factor, 0);
    for (int step = 1; step <= 2000; step++) {
      byte[] next = picture(factor, step / 2000.0);
      for (int i = 0; i < next.length; i++) {
        assertThat(Math.abs((next[i] & 0xff) - (previous[i] & 0xff))).isLessThanOrEqualTo(4);
      }
      previous = next;
    }
  }

  @Test
  void theCaptionTellsEverySharedFactorToItsResolutionAndNoOther() {
    double resolution = Math.pow(10, -SceneCaption.DIGITS);
    for (int shared = 2; shared <= 5; shared++) {
      for (long row = 0; row < 200; row++) {
        Map<Factor, Double> shares = Factor.draw(RandomStream.of(SEED, "scene-factors", row));
        String caption = caption(new ScenePairs(shared, SIZE, SEED).row(row));
        for (Factor factor : Factor.values()) {
          if (List.of(Factor.values()).indexOf(factor) < shared) {
            assertThat(told(factor, caption))
                .isCloseTo(shares.get(factor) - resolution / 2, within(resolution / 2 + 1e-9));
          } else {
            assertThat(caption).doesNotContain(factor.word());
          }
        }
      }
    }
  }

  @Test
  void aRowShowsTheSameDiscHoweverManyFactorsAreShared() {
    assertThat(pixels(new ScenePairs(2, SIZE, SEED).row(3)))
        .isEqualTo(pixels(new ScenePairs(5, SIZE, SEED).row(3)))
        .isNotEqualTo(pixels(new ScenePairs(2, SIZE, SEED).row(4)))
        .isNotEqualTo(pixels(new ScenePairs(2, SIZE, SEED + 1).row(3)));
  }

  @Test
  void phrasingGroundAndHiddenFactorsTellNothingOfEachOther() {
    ScenePairs scenes = new ScenePairs(2, SIZE, SEED);
    int rows = 4000;
    double[] corner = new double[rows];
    double[] filler = new double[rows];
    double[] hidden = new double[rows];
    double[] shared = new double[rows];
    for (int row = 0; row < rows; row++) {
      RawRow pair = scenes.row(row);
      Map<Factor, Double> shares = Factor.draw(RandomStream.of(SEED, "scene-factors", row));
      corner[row] = pixels(pair)[0] & 0xff;
      filler[row] = caption(pair).length();
      hidden[row] = shares.get(Factor.HUE);
      shared[row] = shares.get(Factor.X);
    }

    List<double[]> all = List.of(corner, filler, hidden, shared);
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertThat(correlation(all.get(i), all.get(j)))
            .as("%d %d", i, j)
            .isCloseTo(0, within(0.06));
      }
    }
  }

  @Test
  void theDiscStandsOutAtEveryHueAndShade() {
    for (int hue = 0; hue <= 240; hue += 10) {
      for (double shade : new double[] {0.45, 0.7, 1}) {
        double[] colour = ScenePainter.colour(hue, shade);
        assertThat(Arrays.stream(colour).min().orElseThrow()).isLessThan(0.3);
      }
    }
    assertThat(ScenePainter.colour(0, 1))
        .containsExactly(new double[] {1, 0.15, 0.15}, within(1e-9));
    assertThat(ScenePainter.colour(120, 1))
        .containsExactly(new double[] {0.15, 1, 0.15}, within(1e-9));
    assertThat(ScenePainter.colour(240, 1))
        .containsExactly(new double[] {0.15, 0.15, 1}, within(1e-9));
  }

  /** Mean absolute change of a picture, in grey levels summed over the disc's surroundings. */
  private static double change(Factor factor, double step) {
    return IntStream.range(0, 20)
        .mapToDouble(
            at -> {
              byte[] here = picture(factor, at / 25.0);
              byte[] there = picture(factor, at / 25.0 + step);
              return IntStream.range(0, here.length)
                      .map(i -> Math.abs((here[i] & 0xff) - (there[i] & 0xff)))
                      .sum()
                  / (double) here.length;
            })
        .average()
        .orElseThrow();
  }

  private static byte[] picture(Factor factor, double share) {
    Map<Factor, Double> shares = new EnumMap<>(Factor.class);
    for (Factor other : Factor.values()) {
      shares.put(other, 0.4);
    }
    shares.put(factor, share);
    return ScenePainter.paint(shares, SIZE, new Random(1));
  }

  private static double told(Factor factor, String caption) {
    return Arrays.stream(caption.split("[ ,]+"))
            .filter(word -> word.matches(factor.word() + "[0-9]+"))
            .mapToInt(word -> Integer.parseInt(word.substring(factor.word().length())))
            .sum()
        / Math.pow(10, SceneCaption.DIGITS);
  }

  private static byte[] pixels(RawRow row) {
    return ((RawValue.Picture) ((RawRow.Pair) row).x()).pixels();
  }

  private static String caption(RawRow row) {
    return ((RawValue.Caption) ((RawRow.Pair) row).y()).text();
  }

  private static double correlation(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElseThrow();
    double meanB = Arrays.stream(b).average().orElseThrow();
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (a[i] - meanA) * (b[i] - meanB);
      squareA += (a[i] - meanA) * (a[i] - meanA);
      squareB += (b[i] - meanB) * (b[i] - meanB);
    }
    return product / Math.sqrt(squareA * squareB);
  }
}
