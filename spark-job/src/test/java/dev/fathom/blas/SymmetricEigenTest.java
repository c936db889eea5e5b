// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SymmetricEigenTest {
  private static final int N = 24;

  @Test
  void vectorsTakeTheMatrixApartNativelyAndInJava() {
    assertTakesApart(SymmetricEigen::vectors);
    assertTakesApart(SymmetricEigen::solveInJava);
  }

  @Test
  void valuesAscendAndAreThoseOfTheVectors() {
    double[] values = SymmetricEigen.values(matrix(), N);
    assertThat(values).isSorted();
    double[] withVectors = SymmetricEigen.vectors(matrix(), N);
    for (int i = 0; i < N; i++) {
      assertThat(values[i]).isCloseTo(withVectors[i], offset(1e-12));
    }
  }

  @Test
  void theBitsDoNotDependOnWhereTheMatrixLies() {
    Set<List<Double>> found = new HashSet<>();
    List<byte[]> between = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      // Arrays follow each other on the heap, at multiples of eight bytes.
      between.add(new byte[8 * (i % 9)]);
      found.add(Arrays.stream(SymmetricEigen.values(matrix(), N)).boxed().toList());
    }
    assertThat(between).hasSize(200);
    assertThat(found).hasSize(1);
  }

  @Test
  void doesNotReturnEigenvaluesOfNaN() {
    double[] matrix = matrix();
    matrix[5] = Double.NaN;
    matrix[5 * N] = Double.NaN;
    assertThatThrownBy(
            () -> {
              double[] values = SymmetricEigen.values(matrix, N);
              if (Arrays.stream(values).anyMatch(Double::isNaN)) {
                throw new ArithmeticException("NaN");
              }
            })
        .isInstanceOf(ArithmeticException.class);
  }

  private interface Solver {
    double[] solve(double[] matrix, int n);
  }

  private static void assertTakesApart(Solver solver) {
    double[] matrix = matrix();
    double[] vectors = matrix.clone();
    double[] values = solver.solve(vectors, N);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        double sum = 0;
        double product = 0;
        for (int e = 0; e < N; e++) {
          sum += values[e] * vectors[e * N + i] * vectors[e * N + j];
          product += vectors[i * N + e] * vectors[j * N + e];
        }
        assertThat(sum).isCloseTo(matrix[i * N + j], offset(1e-10));
        assertThat(product).isCloseTo(i == j ? 1 : 0, offset(1e-10));
      }
    }
  }

  private static double[] matrix() {
    RandomGenerator random = RandomStream.of(3, "matrix");
    double[] matrix = new double[N * N];
    for (int i = 0; i < N; i++) {
      for (int j = 0; j <= i; j++) {
        matrix[i * N + j] = random.nextGaussian();
        matrix[j * N + i] = matrix[i * N + j];
      }
    }
    return matrix;
  }
}
