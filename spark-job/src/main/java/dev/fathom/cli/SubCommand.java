// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.data.DatasetFiles;
import dev.fathom.error.ExitCode;
import dev.fathom.files.Storage;
import dev.fathom.monitoring.LogContext;
import dev.fathom.settings.Settings;
import dev.fathom.train.settings.TrainingMode;
import dev.fathom.train.settings.TrainingSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What the subcommands share: settings first, then a Spark session that is stopped whatever
 * happens.
 */
@Command(mixinStandardHelpOptions = true, versionProvider = Fathom.Version.class)
abstract class SubCommand implements Callable<Integer> {
  /** Nobody else has to reach a job on one machine. */
  private static final Map<String, String> THIS_MACHINE_ALONE =
      Map.of(
          "spark.driver.host", "127.0.0.1",
          "spark.driver.bindAddress", "127.0.0.1",
          "spark.ui.enabled", "false");

  /** ND4J reads it on the executors; with more the same seed would give other bits, slower. */
  private static final Map<String, String> ONE_BLAS_THREAD =
      Map.of(
          "spark.executorEnv.OMP_NUM_THREADS", "1",
          "spark.executorEnv.OPENBLAS_NUM_THREADS", "1");

  private static final Logger LOG = LoggerFactory.getLogger(SubCommand.class);
  private static final String DYNAMIC_ALLOCATION = "spark.dynamicAllocation.enabled";
  private static final String INSTANCES = "spark.executor.instances";

  @Mixin private JobOptions options;
  @Spec private CommandSpec spec;

  @Override
  public final Integer call() {
    // Wrong settings are told before Spark takes its seconds to start; a dataset's card, which may
    // bring settings of its own, is read after.
    Settings early = options.settings(input().orElse(""), assignments());
    if (dataset().isEmpty()) {
      JobSettings.of(early);
    }
    SparkSession.Builder builder =
        SparkSession.builder()
            .appName("fathom " + spec.name())
            // A round's weights of all workers come to the driver by design.
            .config("spark.driver.maxResultSize", "0")
            // How often, and how many times, a round looks for executors that it has to wait for.
            .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
            .config("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "20")
            // What clusters set in its place knows no records.
            .config("spark.serializer", JavaSerializer.class.getName());
    String master =
        Optional.ofNullable(options.master())
            .orElse(System.getProperty("spark.master", "local[*]"));
    builder.master(master);
    defaults(builder, ONE_BLAS_THREAD);
    if (master.startsWith("local")) {
      defaults(builder, THIS_MACHINE_ALONE);
    } else if (trains() && TrainingMode.of(early) == TrainingMode.GLOBAL_BATCH) {
      keepExecutors(builder, TrainingSettings.of(early).partitions(Long.MAX_VALUE));
    }
    try (SparkSession spark = builder.getOrCreate()) {
      SparkContext context = spark.sparkContext();
      LogContext.RUN.set(context, context.applicationId());
      try {
        run(spark);
      } finally {
        LogContext.RUN.clear(context);
      }
    }
    return ExitCode.SUCCESS.code();
  }

  /** Sets what the user has not. */
  private static void defaults(SparkSession.Builder builder, Map<String, String> values) {
    values.forEach(
        (key, value) -> {
          if (System.getProperty(key) == null) {
            builder.config(key, value);
          }
        });
  }

  /**
   * A step of training takes all workers at once, which Spark refuses where executors come and go
   * by how many tasks there are.
   */
  private static void keepExecutors(SparkSession.Builder builder, int workers) {
    if (!"true".equals(System.getProperty(DYNAMIC_ALLOCATION))) {
      return;
    }
    LOG.warn(
        "{} is set aside for training; {} says how many executors there are",
        DYNAMIC_ALLOCATION,
        INSTANCES);
    builder.config(DYNAMIC_ALLOCATION, "false");
    int cores = Integer.parseInt(System.getProperty("spark.executor.cores", "1"));
    int useful = (workers + cores - 1) / cores;
    String most = System.getProperty("spark.dynamicAllocation.maxExecutors");
    defaults(
        builder,
        Map.of(
            INSTANCES,
            Integer.toString(most == null ? useful : Math.min(useful, Integer.parseInt(most)))));
  }

  private void run(SparkSession spark) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    String source = input().or(() -> dataset().map(data -> sourceOf(data, storage))).orElse("");
    JobSettings settings = JobSettings.of(options.settings(source, assignments()));
    Job job = new Job(spark, spec.name(), settings, System.out);
    try {
      run(job);
    } catch (RuntimeException e) {
      job.release();
      throw e;
    } finally {
      job.unlock();
    }
  }

  boolean verbose() {
    return options.verbose();
  }

  /** Where the pairs come from, which may be a built-in source that brings settings of its own. */
  Optional<String> input() {
    return Optional.empty();
  }

  /** The dataset to train on, whose pairs may have come from such a source. */
  Optional<String> dataset() {
    return Optional.empty();
  }

  private static String sourceOf(String dataset, Storage storage) {
    return new DatasetFiles(new Path(dataset)).readCard(storage).source();
  }

  /** What the command sets by itself, and the user may set otherwise. */
  List<String> assignments() {
    return List.of();
  }

  /** Whether the command trains one model on all executors. */
  boolean trains() {
    return false;
  }

  abstract void run(Job job);
}
