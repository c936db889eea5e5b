// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.ShardReader;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.ModelSettings;
import dev.fathom.model.Towers;
import dev.fathom.model.TrainedModel;
import dev.fathom.monitoring.JobMetrics;
import dev.fathom.monitoring.LogContext;
import dev.fathom.train.dl4j.ContrastiveTrainingMaster;
import dev.fathom.train.pairs.PairLoader;
import dev.fathom.train.pairs.PlacedPairs;
import dev.fathom.train.pairs.PlacedRdd;
import dev.fathom.train.progress.Checkpoints;
import dev.fathom.train.progress.MetricsLog;
import dev.fathom.train.progress.Progress;
import dev.fathom.train.progress.RoundTotals;
import dev.fathom.train.progress.TrainFiles;
import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.round.RoundEngine;
import dev.fathom.train.settings.TrainingMode;
import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.workers.Slots;
import dev.fathom.train.workers.SparkWorkers;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stage {@code train}, from shards to a model. It writes {@code model/}, {@code checkpoints/}
 * and {@code metrics.jsonl}.
 */
public final class Train {
  private static final Logger LOG = LoggerFactory.getLogger(Train.class);

  private final SparkSession spark;
  private final Storage storage;
  private final TrainStageSettings settings;
  private DatasetFiles data;
  private TrainFiles output;

  /** Creates a training with these settings. */
  public Train(SparkSession spark, TrainStageSettings settings) {
    this.spark = spark;
    this.settings = settings;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /** Sets the dataset to train on. */
  public Train data(String directory) {
    data = new DatasetFiles(new Path(directory));
    return this;
  }

  /** Sets the directory that the model is written to, which no other run may use. */
  public Train output(String directory) {
    output = new TrainFiles(new Path(directory));
    return this;
  }

  /** Trains and writes a complete model. */
  public TrainResult execute() {
    long start = System.nanoTime();
    DatasetCard card = data.readCard(storage);
    ModelSettings model = settings.model().resolvedFor(card);
    Towers towers = model.build(card, storage);
    int partitions = settings.training().partitions(card.counts().train());
    Slots slots = new Slots(spark.sparkContext());
    int most = mostWorkers(partitions);
    int workers =
        settings.training().mode() == TrainingMode.GLOBAL_BATCH ? slots.settled(most) : most;
    LOG.info(
        "train   {} parameters ({} and {}) on {} pairs, {}",
        towers.parameterCount(),
        model.x().masked().kind().written(),
        model.y().masked().kind().written(),
        card.counts().train(),
        told(partitions, workers, slots.now()));
    if (settings.training().isThin(partitions)) {
      LOG.warn(
          "train   a worker has few pairs a step to tell a pair from, which costs retrieval; lower"
              + " training.workers, or raise training.batchSize");
    }
    long steps = settings.training().steps(card.counts().train());
    if (steps < TrainingSettings.FEWEST_STEPS) {
      LOG.warn(
          "train   {} steps are few to learn in; raise training.epochs, or lower"
              + " training.batchSize",
          steps);
    }
    Checkpoints checkpoints =
        new Checkpoints(storage, output.checkpoints(), identity(card, partitions));
    Supplier<float[]> drawn =
        () -> model.initialParameters(towers, card, storage, settings.training().seed());
    // Reports an earlier model that does not fit before any pair is read.
    Optional<float[]> initial =
        checkpoints.newest().isPresent() ? Optional.empty() : Optional.of(drawn.get());
    spark.sparkContext().setJobDescription("train: count the pairs of the shards");
    PairLoader loader = new PairLoader(new ShardReader(spark, data, card), card);
    Placement train =
        new Placement(
            most,
            count ->
                loader.load(
                    partitions,
                    settings.training().validationPartitions(card.counts().validation()),
                    count),
            workers);
    try {
      RoundTotals totals = new RoundTotals();
      TrainingState end = fit(towers, () -> initial.orElseGet(drawn), train, checkpoints, totals);
      TrainedModel trained =
          MeanNorm.finish(towers, end.keptParameters(), SparkWorkers.of(train.rdd()));
      double temperature = end.keptTemperature();
      new ModelFiles(storage, output.model())
          .write(
              trained,
              model,
              card,
              temperature,
              end.keptBias(),
              settings.training().seed(),
              settings.effective());
      return result(
          totals, train.rdd().getNumPartitions(), end, (System.nanoTime() - start) * 1e-9);
    } finally {
      train.release();
    }
  }

  /** Places the pairs on workers. */
  private static final class Placement implements SparkWorkers.Placing<PlacedPairs> {
    private final int most;
    private final IntFunction<PlacedRdd<PlacedPairs>> load;
    private PlacedRdd<PlacedPairs> rdd;

    /**
     * @param most largest number of workers
     * @param load loads the pairs on a given number of workers
     * @param workers initial number of workers
     */
    Placement(int most, IntFunction<PlacedRdd<PlacedPairs>> load, int workers) {
      this.most = most;
      this.load = load;
      rdd = load.apply(workers);
    }

    PlacedRdd<PlacedPairs> rdd() {
      return rdd;
    }

    @Override
    public PlacedRdd<PlacedPairs> on(int workers) {
      release();
      rdd = load.apply(workers);
      return rdd;
    }

    @Override
    public int most() {
      return most;
    }

    void release() {
      rdd.release();
    }
  }

  private TrainingState fit(
      Towers towers,
      Supplier<float[]> initial,
      Placement train,
      Checkpoints checkpoints,
      RoundTotals totals) {
    Optional<TrainingState> resumed = checkpoints.resume();
    resumed.ifPresent(state -> requireFit(state, towers));
    resumed.ifPresent(
        state -> LOG.info("train   goes on after round {}, from its checkpoint", state.round()));
    int roundsBefore = resumed.map(TrainingState::round).orElse(0);
    AtomicReference<TrainingState> done = new AtomicReference<>();
    try (MetricsLog metrics = new MetricsLog(storage, output.metrics(), roundsBefore);
        Progress progress =
            new Progress(settings.training().epochs(), JobMetrics.of(spark.sparkContext()))) {
      metrics.kept().forEach(totals::add);
      totals.last().ifPresent(progress::goOn);
      RoundEngine engine =
          new RoundEngine(
              towers,
              settings.training(),
              settings.temperature(),
              (report, state) -> {
                metrics.add(report);
                progress.tell(report);
                totals.add(report);
                done.set(state);
                if (state.round() % settings.training().checkpointEvery() == 0) {
                  save(metrics, checkpoints, state);
                }
              });
      AtomicReference<TrainingState> end = new AtomicReference<>();
      try {
        ContrastiveTrainingMaster.fit(
            towers,
            // A resumed training takes its parameters from the checkpoint; these are placeholders.
            resumed.isPresent()
                ? towers.initialParameters(settings.training().seed())
                : initial.get(),
            train.rdd(),
            train,
            (parameters, workers) -> {
              TrainingState start = resumed.orElseGet(() -> engine.start(parameters));
              end.set(engine.run(start, workers));
              return end.get().keptParameters();
            });
      } catch (Exception e) {
        // Spark may throw checked exceptions that it does not declare.
        if (done.get() != null && ShutdownHookManager.get().isShutdownInProgress()) {
          save(metrics, checkpoints, done.get());
        }
        throw e;
      }
      save(metrics, checkpoints, end.get());
      return end.get();
    } catch (FathomException e) {
      throw e.exitCode() == ExitCode.DIVERGED ? withLastGood(e, checkpoints) : e;
    } finally {
      LogContext.ROUND.clear(spark.sparkContext());
    }
  }

  /**
   * Checks the number of parameters. The sizes of encoders may follow from defaults, which differ
   * between versions.
   */
  private static void requireFit(TrainingState state, Towers towers) {
    if (state.parameters().length != towers.parameterCount()) {
      throw FathomException.usage(
          "the checkpoint after round %d has %d parameters, and these encoders have %d; give the"
              + " same settings, another --output, or begin anew with --set output.overwrite=true",
          state.round(), state.parameters().length, towers.parameterCount());
    }
  }

  private static void save(MetricsLog metrics, Checkpoints checkpoints, TrainingState state) {
    metrics.save();
    checkpoints.write(state);
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

  /**
   * Everything that determines the result: two trainings with the same identity end in the same
   * bits.
   */
  private Map<String, String> identity(DatasetCard card, int partitions) {
    Map<String, String> identity = ModelSettings.identity(settings.effective());
    identity
        .keySet()
        .removeIf(
            key ->
                !key.startsWith("model.")
                    && !key.startsWith("training.")
                    && !key.startsWith("temperature."));
    // The checkpoint interval does not change the result. The number of workers changes it only
    // with averaging, where it is the number of partitions.
    identity.remove("training.checkpointEvery");
    identity.remove("training.workers");
    identity.put("partitions", Integer.toString(partitions));
    identity.put("dataset", card.fingerprint());
    return identity;
  }

  /**
   * The largest number of tasks that train. With averaging there is one task per partition, and
   * tasks without a core wait for their turn. A step of a global batch needs all tasks at the same
   * time, so there are at most as many tasks as cores.
   */
  private int mostWorkers(int partitions) {
    int wanted = settings.training().workers();
    return settings.training().mode() == TrainingMode.PARAMETER_AVERAGING || wanted == 0
        ? partitions
        : Math.min(wanted, partitions);
  }

  /** A line for the log that says how many of the cores are used. */
  private String told(int partitions, int workers, int cores) {
    int batch = settings.training().batchSize();
    String idle =
        cores > workers ? ", %d of %d cores stay idle".formatted(cores - workers, cores) : "";
    if (settings.training().mode() == TrainingMode.GLOBAL_BATCH) {
      return "%d workers on batches of %d%s".formatted(workers, batch, idle);
    }
    return "%d workers on batches of %d each%s%s"
        .formatted(
            workers,
            batch / partitions,
            idle,
            cores < workers ? ", which take turns on %d cores".formatted(cores) : "");
  }

  private TrainResult result(RoundTotals totals, int workers, TrainingState end, double seconds) {
    return new TrainResult(
        output.model().toString(),
        settings.temperature().initial(),
        end.keptTemperature(),
        totals.trainLoss(),
        totals.validationLoss(),
        totals.pairsPerSecond(),
        workers,
        end.step(),
        end.round(),
        seconds);
  }
}
