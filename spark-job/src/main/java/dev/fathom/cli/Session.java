// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.files.Storage;
import dev.fathom.monitoring.LogContext;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.sql.SparkSession;
import org.slf4j.LoggerFactory;

/**
 * Spark for as long as a command runs. Nothing else of the command line names Spark, whose classes
 * help and the like would wait for.
 */
final class Session implements AutoCloseable {
  /** A job on one machine listens on loopback alone. */
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

  private static final String DYNAMIC_ALLOCATION = "spark.dynamicAllocation.enabled";
  private static final String INSTANCES = "spark.executor.instances";

  private final SparkSession spark;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Runnable quiet;

  private Session(SparkSession spark) {
    this.spark = spark;
    SparkContext context = spark.sparkContext();
    LogContext.RUN.set(context, context.applicationId());
    quiet = Interruption.cancelling(context, ended);
  }

  /**
   * Starts it.
   *
   * @param command the subcommand
   * @param master empty: spark-submit's, else all cores of this machine
   * @param workers how many a training takes all at once
   */
  static Session start(String command, String master, Supplier<OptionalInt> workers) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .appName("fathom " + command)
            // A round's weights of all workers come to the driver by design.
            .config("spark.driver.maxResultSize", "0")
            // How often, and how many times, a round looks for executors that it has to wait for.
            .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
            .config("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "20")
            // What clusters set in its place knows no records.
            .config("spark.serializer", JavaSerializer.class.getName());
    String chosen = master.isEmpty() ? System.getProperty("spark.master", "local[*]") : master;
    builder.master(chosen);
    defaults(builder, ONE_BLAS_THREAD);
    if (chosen.startsWith("local")) {
      defaults(builder, THIS_MACHINE_ALONE);
    } else {
      workers.get().ifPresent(count -> keepExecutors(builder, count));
    }
    return new Session(builder.getOrCreate());
  }

  /** Sets defaults for properties that the user has not set. */
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
    LoggerFactory.getLogger(Session.class)
        .warn(
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

  SparkSession spark() {
    return spark;
  }

  Storage storage() {
    return new Storage(spark.sparkContext().hadoopConfiguration());
  }

  @Override
  public void close() {
    LogContext.RUN.clear(spark.sparkContext());
    spark.close();
    ended.countDown();
    quiet.run();
  }
}
