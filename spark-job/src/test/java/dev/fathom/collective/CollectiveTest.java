// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.collective.Collective.Rows;
import dev.fathom.collective.Collective.Span;
import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Members in one process and in several, held to a lone one. */
class CollectiveTest {
  /** Below and above what is added up by ranges between processes. */
  private static final int[] LENGTHS = {1, 50, 1000, 70_001};

  static Stream<Processes> processes() {
    return Stream.of(
        new Processes(8, List.of(0, 0)),
        new Processes(8, List.of(0, 0, 0)),
        new Processes(8, List.of(0, 1)),
        new Processes(8, List.of(0, 1, 2)),
        new Processes(8, List.of(0, 1, 0, 1)),
        new Processes(5, List.of(0, 0, 1)),
        new Processes(3, List.of(1, 0, 1)),
        new Processes(16, List.of(0, 1, 1, 2, 0)));
  }

  @ParameterizedTest
  @MethodSource("processes")
  void sumsAndMaximaAreTheSameToTheBitHoweverManyDoThem(Processes processes) throws Exception {
    Function<Collective, List<float[]>> work =
        collective -> {
          List<float[]> results = new ArrayList<>();
          for (int turn = 0; turn < 3; turn++) {
            for (int length : LENGTHS) {
              results.add(reduced(collective, Reduction.SUM, length, turn));
              results.add(reduced(collective, Reduction.MAXIMUM, length, turn));
            }
          }
          return results;
        };

    List<List<float[]>> results = processes.run(work);

    List<float[]> alone = work.apply(Collective.alone(processes.partitions()));
    for (List<float[]> result : results) {
      for (int i = 0; i < alone.size(); i++) {
        assertThat(result.get(i)).isEqualTo(alone.get(i));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("processes")
  void theMembersOfAProcessHaveAllPartitionsAmongThem(Processes processes) throws Exception {
    Function<Collective, float[]> work =
        collective -> reduced(collective.ofProcess(), Reduction.SUM, 1000, 0);

    List<float[]> results = processes.run(work);

    float[] alone = work.apply(Collective.alone(processes.partitions()));
    for (float[] result : results) {
      assertThat(result).isEqualTo(alone);
    }
  }

  private static float[] reduced(Collective collective, Reduction reduction, int length, int turn) {
    Runs runs = new Runs(reduction, length);
    if (reduction == Reduction.MAXIMUM) {
      float[] all = runs.next();
      for (int p = collective.from(); p < collective.to(); p++) {
        float[] one = numbers(p, length, turn);
        for (int i = 0; i < length; i++) {
          all[i] = p == collective.from() ? one[i] : Math.max(all[i], one[i]);
        }
      }
      runs.add(collective.from(), collective.to(), all);
    } else {
      for (int p = collective.from(); p < collective.to(); p++) {
        float[] next = runs.next();
        System.arraycopy(numbers(p, length, turn), 0, next, 0, length);
        runs.add(p, next);
      }
    }
    float[] result = collective.reduce(runs).clone();
    collective.await();
    return result;
  }

  private static float[] numbers(int partition, int length, int turn) {
    RandomGenerator random = RandomStream.of(partition, "numbers " + length, turn);
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) (random.nextGaussian() * Math.exp(5 * random.nextGaussian()));
    }
    return numbers;
  }

  @ParameterizedTest
  @MethodSource("processes")
  void everyoneHasTheRowsOfAllPartitions(Processes processes) throws Exception {
    int[] starts =
        IntStream.rangeClosed(0, processes.partitions()).map(p -> 3 * p + p * p).toArray();
    int size = starts[processes.partitions()];

    List<float[]> gathered =
        processes.run(
            collective -> {
              float[] array = collective.shared(() -> new float[size]);
              for (int p = collective.from(); p < collective.to(); p++) {
                for (int i = starts[p]; i < starts[p + 1]; i++) {
                  array[i] = 1 + i;
                }
              }
              collective.gather(List.of(new Rows(array, starts)));
              return array.clone();
            });

    for (float[] array : gathered) {
      for (int i = 0; i < size; i++) {
        assertThat(array[i]).isEqualTo(1 + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("processes")
  void theMembersOfAProcessDivideWorkWithoutGapsOrOverlaps(Processes processes) throws Exception {
    List<Span> parts = processes.run(collective -> collective.part(1000));

    for (int process = 0; process <= processes.processOf().size(); process++) {
      int end = 0;
      for (int m = 0; m < parts.size(); m++) {
        if (processes.processOf().get(m) == process) {
          assertThat(parts.get(m).from()).isEqualTo(end);
          end = parts.get(m).to();
        }
      }
      assertThat(end).isIn(0, 1000);
    }
  }
}
