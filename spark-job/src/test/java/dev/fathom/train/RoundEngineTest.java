// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.common.FathomException;
import dev.fathom.common.RandomStream;
import dev.fathom.common.Storage;
import dev.fathom.contrastive.Cosine;
import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.contrastive.Similarity;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.model.Towers;
import dev.fathom.testing.LocalSpark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.api.MultiDataSet;

class RoundEngineTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final Side SIDE =
      new Side(Modality.VECTOR, List.of(6), List.of(), List.of(), List.of());
  private static final JavaSparkContext SPARK =
      JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
  private static final TemperatureSettings TEMPERATURE =
      new TemperatureSettings("global", 0.1, 0.01, 0.01);

  private final List<RoundReport> reports = new ArrayList<>();

  @Test
  void withPlainSgdAndAveragingEveryStepWorkersEqualOneProcessThatAveragesTheirGradients() {
    TrainingSettings settings = settings("sgd", 1, 3, 0.05);
    List<PairPartition> parts = parts(3, 40);
    Towers towers = towers(new Cosine());
    float[] start = towers.initialParameters(1);

    TrainingState distributed = train(towers, settings, parts, start);

    RoundPlan plan = RoundPlan.of(40, 0, settings);
    float[] expected = start.clone();
    GlobalTemperature temperature = new GlobalTemperature(TEMPERATURE);
    for (long step = 0; step < plan.totalSteps(); step++) {
      double[] gradient = new double[expected.length];
      double temperatureGradient = 0;
      for (int part = 0; part < parts.size(); part++) {
        Replica replica = new Replica(towers, settings, plan);
        RoundState state =
            new RoundState(step, 1, (float) temperature.value(), Weights.initial(expected));
        temperatureGradient +=
            replica.run(parts.get(part), part, state).temperatureGradients()[0] / 3;
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] += replica.gradients()[i] / 3.0;
        }
      }
      double learningRate = settings.learningRate(step, plan.totalSteps());
      for (int i = 0; i < gradient.length; i++) {
        expected[i] -= (float) (learningRate * gradient[i]);
      }
      temperature.step(temperatureGradient, learningRate / settings.learningRate());
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(distributed.weights().parameters()[i]).isCloseTo(expected[i], within(2e-5f));
    }
    assertThat(distributed.temperature().logTemperature())
        .isCloseTo(temperature.state().logTemperature(), within(1e-5));
  }

  @Test
  void theSameSeedAndTopologyGiveTheSameBits() {
    for (Similarity similarity : List.of(new Cosine(), new PopulationNorm(8))) {
      Towers towers = towers(similarity);
      TrainingSettings settings = settings("adam", 4, 5, 0.01);
      List<PairPartition> parts = parts(4, 50);

      TrainingState first = train(towers, settings, parts, towers.initialParameters(1));
      TrainingState second = train(towers, settings, parts(4, 50), towers.initialParameters(1));

      assertThat(second.weights().parameters()).isEqualTo(first.weights().parameters());
      assertThat(second.temperature()).isEqualTo(first.temperature());
    }
  }

  @Test
  void dl4jSparkTrainsTheTwoTowersAsOneGraph() {
    Towers towers = towers(new Cosine());
    TrainingSettings settings = settings("adam", 4, 5, 0.01);
    List<PairPartition> parts = parts(2, 64);
    float[] start = towers.initialParameters(1);
    JavaRDD<MultiDataSet> data = SPARK.parallelize(parts, 2).map(PairDataSet::new);
    ContrastiveTrainingMaster master =
        new ContrastiveTrainingMaster(
            engine(towers, settings), towers, SPARK.parallelize(parts, 2));
    ComputationGraph network = ContrastiveTrainingMaster.network(towers, start);

    ComputationGraph trained =
        new SparkComputationGraph(SPARK, network, master).fitMultiDataSet(data);

    TrainingState expected = train(towers, settings, parts, start);
    assertThat(master.result().weights().parameters()).isEqualTo(expected.weights().parameters());
    assertThat(trained.params().dup().data().asFloat())
        .containsExactlyInAnyOrder(expected.weights().parameters());
  }

  @Test
  void trainingLowersTheLossAndTheTemperature() {
    Towers towers = towers(new Cosine());

    train(towers, settings("adam", 5, 60, 0.01), parts(2, 128), towers.initialParameters(1));

    RoundReport first = reports.get(0);
    RoundReport last = reports.get(reports.size() - 1);
    assertThat(last.loss()).isLessThan(first.loss() - 1);
    assertThat(last.temperature()).isLessThan(TEMPERATURE.initial());
    assertThat(last.epoch()).isEqualTo(60);
    assertThat(last.pairs()).isEqualTo(last.step() * 2 * 16);
    assertThat(last.valLoss()).isNotNull();
  }

  @Test
  void everyEpochDrawsNewBatchesAndVisitsEachPairOnce() {
    PairPartition pairs = parts(1, 50).get(0);

    int[] first = pairs.order(3, 0, 0).clone();
    int[] second = pairs.order(3, 1, 0).clone();

    assertThat(first).containsExactlyInAnyOrder(IntStream.range(0, 50).toArray());
    assertThat(second).containsExactlyInAnyOrder(IntStream.range(0, 50).toArray());
    assertThat(batches(first, 16)).doesNotContainAnyElementsOf(batches(second, 16));
    assertThat(pairs.order(3, 0, 0)).isEqualTo(first);
    assertThat(pairs.order(3, 0, 1)).as("another partition").isNotEqualTo(first);
    assertThat(pairs.order(4, 0, 0)).as("another seed").isNotEqualTo(first);
  }

  @Test
  void stepsOfAnEpochCoverAllButTheLastPartialBatch() {
    RoundPlan plan = RoundPlan.of(50, 0, settings("adam", 4, 2, 0.01));

    Set<Integer> firstRows = new HashSet<>();
    for (long step = 0; step < plan.stepsPerEpoch(); step++) {
      assertThat(plan.epoch(step)).isZero();
      firstRows.add(plan.firstRow(step));
    }

    assertThat(firstRows).containsExactlyInAnyOrder(0, 16, 32);
    assertThat(plan.epoch(plan.stepsPerEpoch())).isEqualTo(1);
  }

  @Test
  void aLossThatIsNotANumberStopsTheTrainingWithAdvice() {
    Towers towers = towers(new Cosine());
    float[] broken = towers.initialParameters(1);
    Arrays.fill(broken, Float.NaN);

    assertThatThrownBy(() -> train(towers, settings("adam", 4, 2, 0.01), parts(1, 40), broken))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("round 1")
        .hasMessageContaining("training.learningRate");
  }

  private static Set<Set<Integer>> batches(int[] order, int batch) {
    Set<Set<Integer>> batches = new HashSet<>();
    for (int i = 0; i + batch <= order.length; i += batch) {
      Set<Integer> one = new HashSet<>();
      Arrays.stream(order, i, i + batch).forEach(one::add);
      batches.add(one);
    }
    return batches;
  }

  private TrainingState train(
      Towers towers, TrainingSettings settings, List<PairPartition> parts, float[] start) {
    JavaRDD<PairPartition> rdd = SPARK.parallelize(parts, parts.size());
    RoundEngine engine = engine(towers, settings);
    return engine.run(
        engine.start(start),
        parts.stream().map(PairPartition::size).toList(),
        round ->
            IntStream.range(0, parts.size())
                .mapToObj(part -> round.run(parts.get(part), part))
                .toList(),
        rdd);
  }

  private RoundEngine engine(Towers towers, TrainingSettings settings) {
    return new RoundEngine(
        SPARK, towers, settings, TEMPERATURE, (report, state) -> reports.add(report));
  }

  private static Towers towers(Similarity similarity) {
    return new Towers(
        new EncoderSpec("dense", List.of(12, 12), 5).build(SIDE, STORAGE),
        new EncoderSpec("dense", List.of(9), 5).build(SIDE, STORAGE),
        similarity);
  }

  private static TrainingSettings settings(
      String optimizer, int period, int epochs, double learningRate) {
    return new TrainingSettings(
        epochs, 16, optimizer, learningRate, 0.02, "cosine", 0, period, 0, 10, 5);
  }

  /** Pairs that share three numbers out of six. */
  private static List<PairPartition> parts(int parts, int size) {
    RandomGenerator random = RandomStream.of(11, "pairs");
    return IntStream.range(0, parts)
        .mapToObj(
            part -> {
              ColumnBuilder x = new ColumnBuilder(SIDE);
              ColumnBuilder y = new ColumnBuilder(SIDE);
              for (int i = 0; i < size; i++) {
                float[] left = new float[6];
                float[] right = new float[6];
                for (int c = 0; c < 6; c++) {
                  left[c] = (float) random.nextGaussian();
                  right[c] = c < 3 ? left[c] : (float) random.nextGaussian();
                }
                x.add(left);
                y.add(right);
              }
              return new PairPartition(x.build(), y.build());
            })
        .toList();
  }
}
