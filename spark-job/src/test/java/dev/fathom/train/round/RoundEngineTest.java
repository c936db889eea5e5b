// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.fathom.collective.Collective;
import dev.fathom.contrastive.Cosine;
import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.contrastive.Similarity;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.BuiltInEncoder;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelSettings;
import dev.fathom.model.Towers;
import dev.fathom.random.RandomStream;
import dev.fathom.settings.Settings;
import dev.fathom.testing.LocalSpark;
import dev.fathom.train.dl4j.ContrastiveTrainingMaster;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.pairs.PlacedPairs;
import dev.fathom.train.pairs.PlacedRdd;
import dev.fathom.train.progress.Checkpoints;
import dev.fathom.train.progress.RoundReport;
import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.step.BatchPlan;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.Trainer;
import dev.fathom.train.step.TrainerSpec;
import dev.fathom.train.step.Weights;
import dev.fathom.train.workers.LocalWorkers;
import dev.fathom.train.workers.SparkWorkers;
import dev.fathom.train.workers.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundEngineTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final Side SIDE =
      new Side(Modality.VECTOR, List.of(6), List.of(), List.of(), List.of());
  private static final JavaSparkContext SPARK =
      JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
  private static final TemperatureSettings TEMPERATURE =
      new TemperatureSettings(TemperatureSettings.Mode.GLOBAL, 0.1, 0.01, 0.01);

  private static final SparkWorkers.Placing<PlacedPairs> NOWHERE_ELSE =
      new SparkWorkers.Placing<>() {
        @Override
        public PlacedRdd<PlacedPairs> on(int workers) {
          throw new IllegalStateException();
        }

        @Override
        public int most() {
          return 1;
        }
      };

  @TempDir private java.nio.file.Path directory;

  private final List<RoundReport> reports = new ArrayList<>();

  @Test
  void withPlainSgdAndAveragingEveryStepWorkersEqualOneProcessThatAveragesTheirGradients() {
    TrainingSettings settings = settings(3, "sgd", 1, 3, 0.05);
    List<PairPartition> parts = parts(3, 40);
    Towers towers = towers(new Cosine());
    float[] start = towers.initialParameters(1);

    TrainingState distributed = train(towers, settings, parts, start);

    BatchPlan plan = BatchPlan.of(3, 40, 0, settings);
    float[] expected = start.clone();
    Temperature temperature = new Temperature(TEMPERATURE, Temperature.State.initial(TEMPERATURE));
    for (long step = 0; step < plan.totalSteps(); step++) {
      float learningRate =
          (float)
              (settings.learningRate().highest()
                  * settings.learningRate().share(step, plan.totalSteps()));
      double[] gradient = new double[expected.length];
      double temperatureGradient = 0;
      for (PairPartition part : parts) {
        RoundResult result =
            new Trainer(new TrainerSpec(towers, settings, TEMPERATURE, plan))
                .run(
                    List.of(part),
                    new RoundState(step, 1, temperature.state()),
                    new Weights(expected, Weights.Moments.zero(0)),
                    Collective.alone(1));
        temperatureGradient += result.steps().temperatureGradients()[0] / 3;
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] += (expected[i] - result.weights().parameters()[i]) / learningRate / 3;
        }
      }
      for (int i = 0; i < gradient.length; i++) {
        expected[i] -= (float) (learningRate * gradient[i]);
      }
      temperature.step(
          temperatureGradient, 0, settings.learningRate().share(step, plan.totalSteps()));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(distributed.parameters()[i]).isCloseTo(expected[i], within(2e-5f));
    }
    assertThat(distributed.temperature().logTemperature())
        .isCloseTo(temperature.state().logTemperature(), within(1e-5));
  }

  @Test
  void theSameSeedAndTopologyGiveTheSameBits() {
    for (Similarity similarity : List.of(new Cosine(), new PopulationNorm(8))) {
      Towers towers = towers(similarity);
      TrainingSettings settings = settings(4, "adam", 4, 5, 0.01);
      List<PairPartition> parts = parts(4, 50);

      TrainingState first = train(towers, settings, parts, towers.initialParameters(1));
      TrainingState second = train(towers, settings, parts(4, 50), towers.initialParameters(1));

      assertThat(second.parameters()).isEqualTo(first.parameters());
      assertThat(second.temperature()).isEqualTo(first.temperature());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "training.mode=global-batch",
        "training.mode=global-batch temperature.mode=global-exact training.keep=best",
        "temperature.mode=global training.moments=averaged",
        "temperature.mode=global-exact training.moments=local",
        "temperature.mode=local training.outerMomentum=0.5 training.keep=best",
        "temperature.mode=fixed training.optimizer=adamw training.gradientClip=0.5",
        "temperature.mode=global training.optimizer=sgd training.learningRate=0.1",
        "training.mode=global-batch model.dimension=5 model.nested=[2,3]",
        "temperature.mode=global-exact model.dimension=5 model.nested=[2]"
      })
  void aTrainingThatGoesOnFromACheckpointEndsInTheSameBits(String line) {
    List<String> assignments = new ArrayList<>(List.of(line.split(" ")));
    assignments.addAll(List.of("training.epochs=6", "training.seed=5"));
    assignments.add("training.batchSize=48");
    if (!line.contains("global-batch")) {
      assignments.add("training.averagingPeriod=2");
      assignments.add("training.mode=parameter-averaging");
    }
    Settings all = Settings.of("", List.of(), assignments);
    List<Integer> nested = ModelSettings.of(all).nested();
    Towers whole = towers(new Cosine());
    Towers towers =
        nested.isEmpty() ? whole : new Towers(whole.x(), whole.y(), whole.similarity(), nested);
    Workers workers = new LocalWorkers(parts(3, 50), parts(3, 50));
    Checkpoints checkpoints =
        new Checkpoints(new Storage(new Configuration()), new Path(directory.toString()), Map.of());
    List<TrainingState> states = new ArrayList<>();
    RoundEngine engine =
        new RoundEngine(
            towers,
            TrainingSettings.of(all),
            TemperatureSettings.of(all),
            (report, state) -> states.add(state));

    TrainingState uncut = engine.run(engine.start(towers.initialParameters(1)), workers);
    int cutOff = RandomStream.of(3, line).nextInt(1, states.size());
    checkpoints.write(states.get(cutOff - 1));
    TrainingState resumed = engine.run(checkpoints.resume().orElseThrow(), workers);

    assertThat(resumed).usingRecursiveComparison().isEqualTo(uncut);
    assertThat(resumed.keptParameters()).isEqualTo(uncut.keptParameters());
    assertThat(states).hasSize(2 * uncut.round() - cutOff);
  }

  /** Golden values are those of earlier code; the kernels of processors differ in the last bits. */
  @ParameterizedTest
  @CsvSource({
    "training.mode=global-batch, 6.09254837, -2.59606920, 0.102096322",
    "training.mode=global-batch temperature.mode=global-exact, 6.74642754, -2.59499835, 0.102093621",
    "training.mode=global-batch training.objective=sigmoid, 16.3200754, -2.60000622, 0.105842924",
    "temperature.mode=global training.optimizer=adamw training.weightDecay=0.01, 4.68121807, -2.59645630, 0.130214421",
    "temperature.mode=local training.moments=local training.outerMomentum=0.5, 4.03323730, -2.59869758, 0.254053679",
    "temperature.mode=global-exact training.optimizer=sgd training.learningRate=0.1, 2.77628513, -2.59499835, 1.48077348"
  })
  void theSameSeedGivesTheSameModelAsEver(
      String line, double loss, double logTemperature, double distance) {
    List<String> assignments = new ArrayList<>(List.of(line.split(" ")));
    assignments.addAll(List.of("training.epochs=4", "training.batchSize=48"));
    if (!line.contains("global-batch")) {
      assignments.addAll(
          List.of("training.averagingPeriod=2", "training.mode=parameter-averaging"));
    }
    Settings all = Settings.of("", List.of(), assignments);
    Towers towers = towers(new Cosine());
    Workers workers = new LocalWorkers(parts(3, 50), parts(3, 50));
    List<Double> losses = new ArrayList<>();
    RoundEngine engine =
        new RoundEngine(
            towers,
            TrainingSettings.of(all),
            TemperatureSettings.of(all),
            (report, state) -> losses.add(report.loss()));

    float[] start = towers.initialParameters(1);
    TrainingState end = engine.run(engine.start(start), workers);

    double squares = 0;
    for (int i = 0; i < end.parameters().length; i++) {
      squares += Math.pow(end.parameters()[i] - start[i], 2);
    }
    assertThat(losses.get(losses.size() - 1)).isCloseTo(loss, withinPercentage(0.01));
    assertThat(end.temperature().logTemperature())
        .isCloseTo(logTemperature, withinPercentage(0.01));
    assertThat(Math.sqrt(squares)).isCloseTo(distance, withinPercentage(0.01));
  }

  @Test
  void aLoneWorkersRoundsMayBeOfAnyLength() {
    Towers towers = towers(new Cosine());
    float[] start = towers.initialParameters(1);

    TrainingState brief = train(towers, settings(1, "adam", 1, 6, 0.01), parts(1, 50), start);
    TrainingState lengthy = train(towers, settings(1, "adam", 7, 6, 0.01), parts(1, 50), start);

    assertThat(lengthy.parameters()).isEqualTo(brief.parameters());
    assertThat(lengthy.temperature()).isEqualTo(brief.temperature());
  }

  @Test
  void theMeanOfManyWorkersIsTakenInGroupsAndIsTheSame() {
    Towers towers = towers(new Cosine());
    TrainingSettings settings = settings(20, "adam", 2, 2, 0.01);
    List<PairPartition> parts = parts(20, 40);
    float[] start = towers.initialParameters(1);

    float[] grouped = trainedByDl4jSpark(towers, settings, parts, start).parameters();

    TrainingState direct = train(towers, settings, parts, start);
    for (int i = 0; i < grouped.length; i++) {
      assertThat(grouped[i]).isCloseTo(direct.parameters()[i], within(1e-5f));
    }
    assertThat(trainedByDl4jSpark(towers, settings, parts, start).parameters()).isEqualTo(grouped);
  }

  @Test
  void momentsOfItsOwnMakeAWorkerIndependentOfTheOthers() {
    Towers towers = towers(new Cosine());
    float[] start = towers.initialParameters(1);

    TrainingState averaged = train(towers, settings(3, "adam", 2, 2, 0.01), parts(3, 40), start);
    TrainingState local =
        train(
            towers, settings(3, "adam", 2, 2, 0.01, "training.moments=local"), parts(3, 40), start);

    assertThat(averaged.moments()).hasSize(1);
    assertThat(local.moments()).hasSize(3);
    assertThat(local.moments().get(0).first()).isNotEqualTo(local.moments().get(1).first());
    assertThat(local.parameters()).isNotEqualTo(averaged.parameters());
  }

  @Test
  void outerMomentumCarriesTheAveragedChangeOn() {
    Towers towers = towers(new Cosine());
    float[] start = towers.initialParameters(1);
    TrainingSettings settings =
        settings(2, "sgd", 2, 1, 0.05, "training.outerMomentum=0.5", "training.warmup=0");
    List<TrainingState> states = new ArrayList<>();
    RoundEngine engine =
        new RoundEngine(towers, settings, TEMPERATURE, (report, state) -> states.add(state));

    engine.run(engine.start(start), new LocalWorkers(parts(2, 32), List.of()));
    TrainingState plain =
        train(towers, settings(2, "sgd", 2, 1, 0.05, "training.warmup=0"), parts(2, 32), start);

    // After the first round v is the change itself, and Nesterov's step half of it more.
    assertThat(states).hasSize(1);
    for (int i = 0; i < start.length; i++) {
      float change = plain.parameters()[i] - start[i];
      assertThat(states.get(0).parameters()[i]).isCloseTo(start[i] + 1.5f * change, within(1e-6f));
    }
  }

  @Test
  void trainingStopsEarlyWhereTheValidationLossNoLongerFallsAndKeepsTheBest() {
    Towers towers = towers(new Cosine());
    // Pairs of nothing in common can only be learned by heart.
    List<PairPartition> strangers =
        List.of(new PairPartition(parts(1, 64).get(0).x(), parts(2, 64).get(1).y()));
    TrainingSettings settings =
        settings(1, "adam", 2, 50, 0.02, "training.keep=best", "training.earlyStopping=3");
    RoundEngine engine = engine(towers, settings);

    TrainingState end =
        engine.run(
            engine.start(towers.initialParameters(1)), new LocalWorkers(strangers, parts(1, 128)));

    assertThat(reports.get(reports.size() - 1).epoch()).isLessThan(50);
    List<Double> losses =
        reports.stream().flatMapToDouble(report -> report.valLoss().stream()).boxed().toList();
    assertThat(losses.subList(losses.size() - 4, losses.size()))
        .allSatisfy(
            loss ->
                assertThat(loss).isGreaterThanOrEqualTo(end.best().orElseThrow().validationLoss()));
    assertThat(end.keptParameters()).isNotEqualTo(end.parameters());
  }

  @Test
  void theExactTemperatureTellsWhatHoldsIt() {
    Towers towers = towers(new Cosine());
    TemperatureSettings exact =
        new TemperatureSettings(TemperatureSettings.Mode.GLOBAL_EXACT, 0.1, 0.05, 0.01);
    RoundEngine engine =
        new RoundEngine(
            towers,
            settings(2, "adam", 5, 60, 0.01),
            exact,
            (report, state) -> reports.add(report));

    engine.run(
        engine.start(towers.initialParameters(1)), new LocalWorkers(parts(2, 128), List.of()));

    assertThat(reports.get(reports.size() - 1).loss()).isLessThan(reports.get(0).loss() - 1);
    assertThat(reports)
        .flatExtracting(report -> report.temperatureBound().stream().toList())
        .contains("trust-region", "floor");
    assertThat(reports).extracting(RoundReport::temperature).allMatch(t -> t >= 0.01 - 1e-9);
  }

  @Test
  void anExplodingLossStopsTheTraining() {
    Towers towers = towers(new PopulationNorm(8));

    assertThatThrownBy(
            () ->
                train(
                    towers,
                    settings(1, "sgd", 1, 50, 100, "training.weightDecay=100", "training.warmup=0"),
                    parts(1, 40),
                    towers.initialParameters(1)))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("diverged in round");
  }

  @Test
  void dl4jSparkTrainsTheTwoTowersAsOneGraph() {
    Towers towers = towers(new Cosine());
    TrainingSettings settings = settings(2, "adam", 4, 5, 0.01);
    List<PairPartition> parts = parts(2, 64);
    float[] start = towers.initialParameters(1);

    ComputationGraph trained = fitted(towers, settings, parts, start).graph();

    TrainingState expected = train(towers, settings, parts, start);
    assertThat(trained.params().dup().data().asFloat())
        .containsExactlyInAnyOrder(expected.parameters());
  }

  @Test
  void trainingLowersTheLossAndTheTemperature() {
    Towers towers = towers(new Cosine());

    train(towers, settings(2, "adam", 5, 60, 0.01), parts(2, 128), towers.initialParameters(1));

    RoundReport first = reports.get(0);
    RoundReport last = reports.get(reports.size() - 1);
    assertThat(last.loss()).isLessThan(first.loss() - 1);
    assertThat(last.temperature()).isLessThan(TEMPERATURE.initial());
    assertThat(last.epoch()).isEqualTo(60);
    assertThat(last.pairs()).isEqualTo(last.step() * 2 * 16);
    assertThat(last.valLoss()).isPresent();
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
    assertThat(pairs.part(1, 0, 50).order(3, 0, 0)).as("another partition").isNotEqualTo(first);
    assertThat(pairs.order(4, 0, 0)).as("another seed").isNotEqualTo(first);
  }

  @Test
  void stepsOfAnEpochCoverAllButTheLastPartialBatch() {
    BatchPlan plan = BatchPlan.of(4, 50, 0, settings(4, "adam", 4, 2, 0.01));

    Set<Integer> firstRows = new HashSet<>();
    for (long step = 0; step < plan.stepsPerEpoch(); step++) {
      assertThat(plan.epoch(step)).isZero();
      firstRows.add(plan.first(step, 0));
    }

    assertThat(firstRows).containsExactlyInAnyOrder(0, 16, 32);
    assertThat(plan.epoch(plan.stepsPerEpoch())).isEqualTo(1);
  }

  @Test
  void aLossThatIsNotANumberStopsTheTrainingWithAdvice() {
    Towers towers = towers(new Cosine());
    float[] broken = towers.initialParameters(1);
    Arrays.fill(broken, Float.NaN);

    assertThatThrownBy(() -> train(towers, settings(1, "adam", 4, 2, 0.01), parts(1, 40), broken))
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
    RoundEngine engine = engine(towers, settings);
    return engine.run(engine.start(start), new LocalWorkers(parts, parts));
  }

  private TrainingState trainedByDl4jSpark(
      Towers towers, TrainingSettings settings, List<PairPartition> parts, float[] start) {
    return fitted(towers, settings, parts, start).state();
  }

  /** The graph as dl4j-spark gives it back, and where the training ended. */
  private record Fitted(ComputationGraph graph, TrainingState state) {}

  private Fitted fitted(
      Towers towers, TrainingSettings settings, List<PairPartition> parts, float[] start) {
    RoundEngine engine = engine(towers, settings);
    AtomicReference<TrainingState> end = new AtomicReference<>();
    ComputationGraph graph =
        ContrastiveTrainingMaster.fit(
            towers,
            start,
            placed(parts),
            NOWHERE_ELSE,
            (parameters, workers) -> {
              end.set(engine.run(engine.start(parameters), workers));
              return end.get().parameters();
            });
    return new Fitted(graph, end.get());
  }

  private static PlacedRdd<PlacedPairs> placed(List<PairPartition> parts) {
    return PlacedRdd.of(
        SPARK
            .parallelize(parts, parts.size())
            .map(
                part ->
                    new PlacedPairs(part.number(), parts.size(), List.of(part), List.of(part))));
  }

  private RoundEngine engine(Towers towers, TrainingSettings settings) {
    return new RoundEngine(towers, settings, TEMPERATURE, (report, state) -> reports.add(report));
  }

  private static Towers towers(Similarity similarity) {
    return new Towers(
        new EncoderSpec(BuiltInEncoder.DENSE, List.of(12, 12), 5).build(SIDE, STORAGE),
        new EncoderSpec(BuiltInEncoder.DENSE, List.of(9), 5).build(SIDE, STORAGE),
        similarity);
  }

  private static TrainingSettings settings(
      int workers, String optimizer, int period, int epochs, double learningRate, String... more) {
    List<String> assignments =
        new ArrayList<>(
            List.of(
                "training.mode=parameter-averaging",
                "training.batchSize=" + 16 * workers,
                "training.seed=5",
                "training.optimizer=" + optimizer,
                "training.averagingPeriod=" + period,
                "training.epochs=" + epochs,
                "training.learningRate=" + learningRate));
    assignments.addAll(List.of(more));
    return TrainingSettings.of(Settings.of("", List.of(), assignments));
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
              return new PairPartition(x.build(), y.build()).part(part, 0, size);
            })
        .toList();
  }
}
