// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.common.ExitCode;
import dev.fathom.common.FathomException;
import dev.fathom.common.Storage;
import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.ShardReader;
import dev.fathom.data.Split;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.Encoder;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.ModelSettings;
import dev.fathom.model.Towers;
import dev.fathom.model.TrainedModel;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stage from shards to a model: {@code model/}, {@code checkpoints/} and {@code metrics.jsonl}.
 */
public final class Train {
  private static final Logger LOG = LoggerFactory.getLogger(Train.class);

  /** Rows of each worker whose outputs give the population norm of the finished model. */
  private static final int NORM_ROWS = 2048;

  private final SparkSession spark;
  private final Storage storage;
  private final TrainSettings settings;
  private DatasetFiles data;
  private Path output;

  /** A training with these settings. */
  public Train(SparkSession spark, TrainSettings settings) {
    this.spark = spark;
    this.settings = settings;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /** The dataset to train on. */
  public Train data(String directory) {
    data = new DatasetFiles(new Path(directory));
    return this;
  }

  /** Where the model goes; the directory must be the run's own. */
  public Train output(String directory) {
    output = new Path(directory);
    return this;
  }

  /** Trains, and leaves a complete model. */
  public TrainResult execute() {
    long start = System.nanoTime();
    DatasetCard card = data.readCard(storage);
    ModelSettings model = settings.model().resolvedFor(card);
    Towers towers = model.build(card, storage);
    int workers = workers(card.counts().train());
    LOG.info(
        "train   {} parameters ({} and {}) on {} pairs in {} parts",
        towers.parameterCount(),
        model.x().kind(),
        model.y().kind(),
        card.counts().train(),
        workers);
    PairLoader loader = new PairLoader(new ShardReader(spark, data, card), card);
    JavaRDD<PairPartition> train = loader.load(Split.TRAIN, workers);
    JavaRDD<PairPartition> validation = loader.load(Split.VALIDATION, workers);
    try {
      Run run = new Run();
      Checkpoints checkpoints =
          new Checkpoints(storage, new Path(output, "checkpoints"), identity(card, workers));
      TrainingState end = fit(towers, train, validation, checkpoints, run);
      TrainedModel trained = finish(towers, end.keptParameters(), train);
      double temperature = end.keptTemperature();
      new ModelFiles(storage, new Path(output, "model"))
          .write(
              trained, model, card, temperature, settings.training().seed(), settings.effective());
      return run.result(workers, temperature, (System.nanoTime() - start) * 1e-9);
    } finally {
      train.unpersist();
      validation.unpersist();
    }
  }

  private TrainingState fit(
      Towers towers,
      JavaRDD<PairPartition> train,
      JavaRDD<PairPartition> validation,
      Checkpoints checkpoints,
      Run run) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Optional<TrainingState> resumed = checkpoints.resume();
    resumed.ifPresent(
        state -> LOG.info("train   goes on after round {}, from its checkpoint", state.round()));
    int roundsBefore = resumed.map(TrainingState::round).orElse(0);
    try (MetricsLog metrics =
        new MetricsLog(storage, new Path(output, "metrics.jsonl"), roundsBefore)) {
      metrics.kept().forEach(run::add);
      Progress progress = new Progress(settings.training().epochs(), Optional.ofNullable(run.last));
      RoundEngine engine =
          new RoundEngine(
              context,
              towers,
              settings.training(),
              settings.temperature(),
              (report, state) -> {
                metrics.add(report);
                progress.tell(report);
                run.add(report);
                if (state.round() % settings.training().checkpointEvery() == 0) {
                  checkpoints.write(state);
                }
              });
      ContrastiveTrainingMaster master =
          new ContrastiveTrainingMaster(
              engine, towers, resumed, new SparkWorkers(PlacedRdd.of(validation)));
      ComputationGraph network =
          ContrastiveTrainingMaster.network(
              towers, towers.initialParameters(settings.training().seed()));
      JavaRDD<MultiDataSet> pairs = train.map(PairDataSet::new);
      new SparkComputationGraph(context, network, master).fitMultiDataSet(pairs);
      checkpoints.write(master.result());
      return master.result();
    } catch (FathomException e) {
      throw e.exitCode() == ExitCode.DIVERGED ? withLastGood(e, checkpoints) : e;
    }
  }

  private static FathomException withLastGood(FathomException diverged, Checkpoints checkpoints) {
    return FathomException.diverged(
            "%s; %s",
            diverged.getMessage(),
            checkpoints
                .newest()
                .map(path -> "the last good checkpoint is " + path)
                .orElse("there is no checkpoint yet"))
        .causedBy(diverged);
  }

  /** What makes this training what it is: with the same, it ends in the same bits. */
  private Map<String, String> identity(DatasetCard card, int workers) {
    Map<String, String> identity = new TreeMap<>();
    settings
        .effective()
        .forEach(
            (key, value) -> {
              if (key.startsWith("model.")
                  || key.startsWith("training.")
                  || key.startsWith("temperature.")) {
                identity.put(key, value);
              }
            });
    // How often it is saved does not change it.
    identity.remove("training.checkpointEvery");
    identity.put("training.workers", Integer.toString(workers));
    identity.put("dataset", card.fingerprint());
    return identity;
  }

  private TrainedModel finish(Towers towers, float[] parameters, JavaRDD<PairPartition> train) {
    if (!(towers.similarity() instanceof PopulationNorm)) {
      return new TrainedModel(towers, parameters, 1, 1);
    }
    spark.sparkContext().setJobDescription("train: population norms");
    return new TrainedModel(
        towers,
        parameters,
        meanNorm(train, PairPartition::x, towers.x(), parameters, 0),
        meanNorm(train, PairPartition::y, towers.y(), parameters, towers.yOffset()));
  }

  private interface ColumnOf extends Function<PairPartition, Column>, Serializable {}

  private static float meanNorm(
      JavaRDD<PairPartition> train,
      ColumnOf side,
      Encoder encoder,
      float[] parameters,
      int offset) {
    return (float)
        train
            .mapToDouble(
                pairs -> {
                  int rows = Math.min(NORM_ROWS, pairs.size());
                  float[] outputs =
                      TrainedModel.outputs(encoder, side.apply(pairs), rows, parameters, offset);
                  return PopulationNorm.meanNorm(
                      outputs, 0, rows, encoder.dimension(), new float[rows]);
                })
            .collect()
            .stream()
            .mapToDouble(Double::doubleValue)
            .average()
            .orElseThrow();
  }

  /** As many as asked for; else as many as there are cores, while each has a whole batch. */
  private int workers(long pairs) {
    int wanted = settings.training().workers();
    if (wanted > 0) {
      return wanted;
    }
    long batches = Math.max(1, pairs / settings.training().batchSize());
    return (int) Math.min(spark.sparkContext().defaultParallelism(), batches);
  }

  /** What the rounds told. */
  private final class Run {
    private RoundReport last;
    private double roundSeconds;
    private Double validationLoss;
    private double lossOfEpoch;
    private int roundsOfEpoch;
    private double epoch;

    void add(RoundReport report) {
      if (Math.ceil(report.epoch()) > epoch) {
        epoch = Math.ceil(report.epoch());
        lossOfEpoch = 0;
        roundsOfEpoch = 0;
      }
      long before = last == null ? 0 : last.pairs();
      roundSeconds += (report.pairs() - before) / report.pairsPerSecond();
      lossOfEpoch += report.loss();
      roundsOfEpoch++;
      last = report;
      if (report.valLoss() != null) {
        validationLoss = report.valLoss();
      }
    }

    TrainResult result(int workers, double temperature, double seconds) {
      return new TrainResult(
          new Path(output, "model").toString(),
          settings.temperature().initial(),
          temperature,
          lossOfEpoch / roundsOfEpoch,
          validationLoss,
          last.pairs() / roundSeconds,
          workers,
          last.round(),
          seconds);
    }
  }
}
