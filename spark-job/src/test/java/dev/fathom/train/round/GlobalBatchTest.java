// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.collective.Collective;
import dev.fathom.collective.Processes;
import dev.fathom.contrastive.Cosine;
import dev.fathom.contrastive.InfoNce;
import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.contrastive.Similarity;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.BuiltInEncoder;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.EncoderKernel;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.files.Storage;
import dev.fathom.model.Towers;
import dev.fathom.random.RandomStream;
import dev.fathom.settings.Settings;
import dev.fathom.testing.WholeBatch;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.step.BatchPlan;
import dev.fathom.train.step.Optimizer;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.TrainerSpec;
import dev.fathom.train.step.Weights;
import dev.fathom.train.workers.BroadcastValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps on batches that lie in several partitions. */
class GlobalBatchTest {
  private static final int COLUMNS = 6;
  private static final int DIMENSION = 5;
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final Side SIDE =
      new Side(Modality.VECTOR, List.of(COLUMNS), List.of(), List.of(), List.of());

  /** The same step by the plainest means: one kernel for all rows, one loss, one optimiser. */
  private static final class OneProcess {
    private final Given given;
    private final EncoderKernel x;
    private final EncoderKernel y;
    private final InfoNce objective;
    private final Weights weights;
    private final Temperature temperature;
    private final List<Double> losses = new ArrayList<>();

    OneProcess(Given given) {
      this.given = given;
      int rows = given.plan().batch() + given.plan().sample();
      x = given.towers().x().kernel(rows);
      y = given.towers().y().kernel(rows);
      objective = new InfoNce(given.plan().batch(), DIMENSION);
      weights = given.start();
      temperature = given.temperature();
    }

    void step(long step) {
      BatchPlan plan = given.plan();
      Towers towers = given.towers();
      int[] rows = given.rows(step);
      int batch = plan.batch();
      float[] outputX = new float[rows.length * DIMENSION];
      float[] outputY = new float[rows.length * DIMENSION];
      float[] parameters = weights.parameters();
      x.forward(given.all().x(), rows, rows.length, parameters, 0, outputX);
      y.forward(given.all().y(), rows, rows.length, parameters, towers.yOffset(), outputY);
      float[] u = new float[batch * DIMENSION];
      float[] v = new float[batch * DIMENSION];
      Similarity similarity = towers.similarity();
      WholeBatch.forward(similarity, outputX, batch, DIMENSION, u);
      WholeBatch.forward(similarity, outputY, batch, DIMENSION, v);
      float[] gradientU = new float[u.length];
      float[] gradientV = new float[v.length];
      losses.add(
          objective.lossAndGradients(
              u, v, batch, (float) temperature.state().value(), gradientU, gradientV));
      float[] gradient = new float[parameters.length];
      float[] back = new float[outputX.length];
      WholeBatch.backward(similarity, outputX, batch, u, gradientU, back);
      x.backward(back, parameters, 0, gradient);
      WholeBatch.backward(similarity, outputY, batch, v, gradientV, back);
      y.backward(back, parameters, towers.yOffset(), gradient);
      Optimizer.step(given.spec(), weights, gradient, step, 0, parameters.length);
      temperature.step(objective.temperatureGradient(), 0, given.spec().learningRateShare(step));
    }
  }

  /** A training, and its pairs in partitions. */
  private record Given(
      Towers towers,
      TrainingSettings settings,
      TemperatureSettings temperatureSettings,
      PairPartition all,
      List<PairPartition> partitions,
      BatchPlan plan) {
    static Given of(Similarity similarity, int pairs, int batch, int partitions, String... more) {
      Towers towers =
          new Towers(
              new EncoderSpec(BuiltInEncoder.DENSE, List.of(12, 12), DIMENSION)
                  .build(SIDE, STORAGE),
              new EncoderSpec(BuiltInEncoder.DENSE, List.of(9), DIMENSION).build(SIDE, STORAGE),
              similarity);
      List<String> keys =
          new ArrayList<>(
              List.of("training.batchSize=" + batch, "training.seed=5", "training.epochs=60"));
      keys.addAll(List.of(more));
      Settings read = Settings.of("", List.of(), keys);
      TrainingSettings settings = TrainingSettings.of(read);
      PairPartition all = pairs(pairs);
      List<PairPartition> parts = all.parts(partitions);
      int smallest = parts.stream().mapToInt(PairPartition::size).min().orElseThrow();
      return new Given(
          towers,
          settings,
          TemperatureSettings.of(read),
          all,
          parts,
          BatchPlan.of(partitions, smallest, similarity.sampleRows(), settings));
    }

    Given nested(List<Integer> widths) {
      return new Given(
          new Towers(towers.x(), towers.y(), towers.similarity(), widths),
          settings,
          temperatureSettings,
          all,
          partitions,
          plan);
    }

    TrainerSpec spec() {
      return new TrainerSpec(towers, settings, temperatureSettings, plan);
    }

    Weights start() {
      float[] parameters = towers.initialParameters(1);
      return new Weights(parameters, Optimizer.moments(settings, parameters.length));
    }

    Temperature temperature() {
      return new Temperature(
          temperatureSettings,
          Temperature.State.initial(temperatureSettings)
              .withBias(settings.objective().initialBias(plan.batch())));
    }

    /** The rows of a step's batch, then those of its sample. */
    int[] rows(long step) {
      List<Integer> batch = new ArrayList<>();
      List<Integer> sample = new ArrayList<>();
      for (int p = 0; p < partitions.size(); p++) {
        int[] order = partitions.get(p).order(settings.seed(), plan.epoch(step), 0);
        int first = plan.first(step, p);
        int end = first + plan.rows(step, p);
        Arrays.stream(order, first, end).forEach(batch::add);
        for (int i = end; i < end + plan.sample(p); i++) {
          sample.add(order[i % order.length]);
        }
      }
      batch.addAll(sample);
      return batch.stream().mapToInt(Integer::intValue).toArray();
    }

    RoundResult run(int steps, Collective collective) {
      TrainerPool trainers = new TrainerPool(UUID.randomUUID().toString(), spec());
      GlobalRound round =
          new GlobalRound(
              trainers,
              new RoundState(0, steps, temperature().state()),
              new BroadcastValue<>(start(), null),
              false);
      List<PairPartition> own = partitions.subList(collective.from(), collective.to());
      return trainers.lend(trainer -> round.steps(own, collective, trainer));
    }

    private static PairPartition pairs(int size) {
      RandomGenerator random = RandomStream.of(11, "pairs");
      ColumnBuilder x = new ColumnBuilder(SIDE);
      ColumnBuilder y = new ColumnBuilder(SIDE);
      for (int i = 0; i < size; i++) {
        float[] left = new float[COLUMNS];
        float[] right = new float[COLUMNS];
        for (int c = 0; c < COLUMNS; c++) {
          left[c] = (float) random.nextGaussian();
          right[c] = c < 3 ? left[c] : (float) random.nextGaussian();
        }
        x.add(left);
        y.add(right);
      }
      return new PairPartition(x.build(), y.build());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 64", "2, 64", "3, 64", "8, 64", "8, 61", "4, 50"})
  void aBatchInPartitionsEqualsTheSameBatchInOneProcessOverAHundredSteps(
      int partitions, int batch) {
    for (Similarity similarity : List.of(new Cosine(), new PopulationNorm(24))) {
      Given given = Given.of(similarity, 400, batch, partitions);
      OneProcess expected = new OneProcess(given);
      IntStream.range(0, 100).forEach(expected::step);

      RoundResult actual = given.run(100, Collective.alone(partitions));

      for (int i = 0; i < 100; i++) {
        assertThat(actual.steps().losses()[i])
            .as("%s, step %d", similarity, i)
            .isCloseTo(expected.losses.get(i), within(1e-4));
      }
      float[] parameters = expected.weights.parameters();
      for (int i = 0; i < parameters.length; i++) {
        assertThat(actual.weights().parameters()[i]).isCloseTo(parameters[i], within(2e-4f));
      }
      assertThat(actual.temperature().logTemperature())
          .isCloseTo(expected.temperature.state().logTemperature(), within(1e-4));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "64, 0 0",
    "64, 0 0 0",
    "64, 0 0 0 0 0 0 0 0",
    "61, 0 1",
    "61, 0 1 2",
    "50, 0 1 0",
    "64, 0 1 2 3 4 5 6 7",
    // Beyond what each process takes the loss of by itself.
    "600, 0 1 0",
    "600, 0 1 2"
  })
  void anyNumberOfWorkersInAnyNumberOfProcessesGivesTheSameBits(int batch, String processOf)
      throws Exception {
    List<Integer> processes = Arrays.stream(processOf.split(" ")).map(Integer::valueOf).toList();
    for (String how :
        List.of(
            "temperature.mode=global",
            "temperature.mode=global-exact",
            "training.objective=sigmoid")) {
      for (Similarity similarity : List.of(new Cosine(), new PopulationNorm(24))) {
        Given given = Given.of(similarity, 1000, batch, 8, how);

        requireSameBits(given, processes);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"64, 0 1 0, global", "600, 0 1 2, global", "600, 0 1 0, global-exact"})
  void nestedWidthsGiveTheSameBitsInAnyNumberOfProcesses(
      int batch, String processOf, String temperature) throws Exception {
    Given whole = Given.of(new Cosine(), 1000, batch, 8, "temperature.mode=" + temperature);
    Given nested = whole.nested(List.of(2, 3, DIMENSION));

    requireSameBits(nested, Arrays.stream(processOf.split(" ")).map(Integer::valueOf).toList());
    assertThat(nested.run(40, Collective.alone(8)).weights().parameters())
        .isNotEqualTo(whole.run(40, Collective.alone(8)).weights().parameters());
  }

  private static void requireSameBits(Given given, List<Integer> processes) throws Exception {
    List<RoundResult> results =
        new Processes(8, processes).run(together -> given.run(40, together));

    RoundResult alone = given.run(40, Collective.alone(8));
    for (RoundResult result : results) {
      assertThat(result.weights().parameters()).isEqualTo(alone.weights().parameters());
      assertThat(result.weights().moments().second()).isEqualTo(alone.weights().moments().second());
      assertThat(result.steps().losses()).isEqualTo(alone.steps().losses());
      assertThat(result.temperature()).isEqualTo(alone.temperature());
    }
  }
}
