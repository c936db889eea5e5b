// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.encoder.Column;
import dev.fathom.settings.Settings;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.settings.TrainingSettings;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Which pairs the steps of a training see, whatever the sizes. */
class BatchPlanPropertiesTest {

  /**
   * Workers, and what they are told.
   *
   * @param smallest pairs of the worker that has the fewest
   * @param more by how many pairs the worker looked at has more
   */
  record Given(
      int smallest, int more, int batchSize, int sampleRows, int epochs, int partition, long seed) {
    BatchPlan plan() {
      return plan(0);
    }

    BatchPlan plan(int heldOut) {
      return BatchPlan.of(
          1,
          smallest,
          sampleRows,
          TrainingSettings.of(
              Settings.of(
                  "",
                  List.of(),
                  List.of(
                      "training.batchSize=" + batchSize,
                      "training.epochs=" + epochs,
                      "training.populationHeldOut=" + heldOut))));
    }

    PairPartition pairs() {
      int size = smallest + more;
      Column column = new Column.Vectors(size, 1, new FloatBuffer[] {FloatBuffer.allocate(size)});
      return new PairPartition(column, column).part(partition, 0, size);
    }

    /** The pairs of a step's batch. */
    List<Integer> batch(PairPartition pairs, BatchPlan plan, long step) {
      int[] order = pairs.order(seed, plan.epoch(step), plan.heldOut());
      return Arrays.stream(order, plan.first(step, 0), plan.first(step, 0) + plan.rows(step, 0))
          .boxed()
          .toList();
    }
  }

  @Property(tries = 300, seed = "51")
  void anEpochSeesNoPairTwiceAndLeavesOutLessThanABatchOfTheSmallestWorker(
      @ForAll("given") Given given) {
    BatchPlan plan = given.plan();
    PairPartition pairs = given.pairs();

    for (long epoch = 0; epoch < given.epochs(); epoch++) {
      long first = epoch * plan.stepsPerEpoch();
      Set<Integer> seen = new HashSet<>();
      for (long step = first; step < first + plan.stepsPerEpoch(); step++) {
        assertThat(plan.epoch(step)).isEqualTo(epoch);
        assertThat(given.batch(pairs, plan, step))
            .allMatch(seen::add)
            .allMatch(row -> row >= 0 && row < pairs.size());
      }
      assertThat(seen.size()).isEqualTo(plan.stepsPerEpoch() * plan.batch());
      assertThat(given.smallest() - seen.size()).isBetween(0, plan.batch() - 1);
    }
    assertThat(plan.totalSteps()).isEqualTo((long) given.epochs() * plan.stepsPerEpoch());
  }

  @Property(tries = 300, seed = "52")
  void aBatchIsAsLargeAsAskedWhereThePairsSufficeAndHasNoPartInItsSample(
      @ForAll("given") Given given) {
    BatchPlan plan = given.plan();

    assertThat(plan.batch()).isBetween(1, given.batchSize());
    assertThat(plan.batch() + plan.sample()).isLessThanOrEqualTo(given.smallest());
    assertThat(plan.sample()).isLessThanOrEqualTo(given.sampleRows());
    if (given.batchSize() + given.sampleRows() <= given.smallest()) {
      assertThat(plan.batch()).isEqualTo(given.batchSize());
      assertThat(plan.sample()).isEqualTo(given.sampleRows());
    }
    if (given.sampleRows() > 0) {
      assertThat(plan.sample()).isPositive();
    }
  }

  @Property(tries = 200, seed = "54")
  void pairsHeldOutForTheNormAreInNoBatchOfAnyEpoch(
      @ForAll("given") Given given, @ForAll @IntRange(min = 1, max = 50) int wanted) {
    BatchPlan plan = given.plan(wanted);
    PairPartition pairs = given.pairs();
    Set<Integer> heldOut = null;
    for (long step = 0; step < plan.totalSteps(); step++) {
      int[] order = pairs.order(given.seed(), plan.epoch(step), plan.heldOut());
      Set<Integer> last =
          Arrays.stream(order, order.length - plan.heldOut(), order.length)
              .boxed()
              .collect(Collectors.toSet());
      heldOut = heldOut == null ? last : heldOut;
      assertThat(last).isEqualTo(heldOut);
      assertThat(given.batch(pairs, plan, step)).noneMatch(last::contains);
    }
    assertThat(plan.heldOut())
        .isEqualTo(given.sampleRows() == 0 ? 0 : Math.min(wanted, given.smallest() / 2));
  }

  @Property(tries = 300, seed = "55")
  void aGlobalBatchTakesAsManyFromEachPartitionAndLeavesOutLessThanABatch(
      @ForAll @IntRange(min = 2, max = 5000) int pairs,
      @ForAll @IntRange(min = 2, max = 700) int batchSize,
      @ForAll @IntRange(min = 1, max = 3) int epochs) {
    TrainingSettings settings =
        TrainingSettings.of(
            Settings.of(
                "",
                List.of(),
                List.of("training.batchSize=" + batchSize, "training.epochs=" + epochs)));
    Column column = new Column.Vectors(pairs, 1, new FloatBuffer[] {FloatBuffer.allocate(pairs)});
    List<PairPartition> partitions =
        new PairPartition(column, column).parts(settings.partitions(pairs));
    int smallest = partitions.stream().mapToInt(PairPartition::size).min().orElseThrow();
    BatchPlan plan = BatchPlan.of(partitions.size(), smallest, 0, settings);

    assertThat(plan.batch()).isBetween(1, Math.min(batchSize, pairs));
    for (long epoch = 0; epoch < epochs; epoch++) {
      Set<Integer> seen = new HashSet<>();
      for (long i = 0; i < plan.stepsPerEpoch(); i++) {
        long step = epoch * plan.stepsPerEpoch() + i;
        int rows = 0;
        for (int p = 0; p < plan.partitions(); p++) {
          int[] order = partitions.get(p).order(7, epoch, 0);
          int first = plan.first(step, p);
          int count = plan.rows(step, p);
          assertThat(count).isBetween(plan.batch() / plan.partitions(), plan.mostRows());
          for (int row = first; row < first + count; row++) {
            assertThat(seen.add(order[row])).isTrue();
          }
          rows += count;
        }
        assertThat(rows).isEqualTo(plan.batch());
      }
      assertThat(pairs - seen.size()).isLessThan(plan.batch() + plan.partitions());
    }
  }

  @Property(tries = 200, seed = "53")
  void noTwoEpochsAndNoTwoWorkersBatchAlike(@ForAll("batchable") Given given) {
    BatchPlan plan = given.plan();
    Given neighbour =
        new Given(
            given.smallest(),
            given.more(),
            given.batchSize(),
            0,
            given.epochs(),
            given.partition() + 1,
            given.seed());

    Set<Set<Set<Integer>>> drawn = new HashSet<>();
    for (Given worker : List.of(given, neighbour)) {
      for (int epoch = 0; epoch < given.epochs(); epoch++) {
        drawn.add(batches(worker, worker.pairs(), plan, epoch));
      }
    }

    assertThat(drawn).hasSize(2 * given.epochs());
    assertThat(drawn).contains(batches(given, given.pairs(), plan, 0));
  }

  @Provide
  Arbitrary<Given> given() {
    return given(2, 200, Arbitraries.integers().between(0, 100));
  }

  /** Pairs that fall into batches in so many ways that no two draws agree by chance. */
  @Provide
  Arbitrary<Given> batchable() {
    return given(40, 20, Arbitraries.just(0));
  }

  private static Arbitrary<Given> given(
      int fewestPairs, int largestBatch, Arbitrary<Integer> sampleRows) {
    return Combinators.combine(
            Arbitraries.integers().between(fewestPairs, 300),
            Arbitraries.integers().between(0, 30),
            Arbitraries.integers().between(2, largestBatch),
            sampleRows,
            Arbitraries.integers().between(1, 4),
            Arbitraries.integers().between(0, 50),
            Arbitraries.longs())
        .as(Given::new)
        .withoutEdgeCases();
  }

  private static Set<Set<Integer>> batches(
      Given given, PairPartition pairs, BatchPlan plan, int epoch) {
    return IntStream.range(0, plan.stepsPerEpoch())
        .mapToObj(
            step ->
                Set.copyOf(given.batch(pairs, plan, (long) epoch * plan.stepsPerEpoch() + step)))
        .collect(Collectors.toSet());
  }
}
