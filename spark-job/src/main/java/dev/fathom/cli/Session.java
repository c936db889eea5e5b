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
 * A Spark session for as long as a command runs. No other class of the command line names Spark, as
 * help and similar commands would have to wait for its classes.
 */
final class Session implements AutoCloseable {
  /** A job on one machine listens on the loopback interface only. */
  private static final Map<String, String> THIS_MACHINE_ALONE =
      Map.of(
          "spark.driver.host", "127.0.0.1",
          "spark.driver.bindAddress", "127.0.0.1",
          "spark.ui.enabled", "false");

  /**
   * ND4J reads this on the executors; with more threads the same seed would give other bits, and
   * more slowly.
   */
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
   * Starts a session.
   *
   * @param command the subcommand
   * @param master Spark master; if empty, spark-submit's, else all cores of this machine
   * @param workers number of tasks that a training runs at the same time
   */
  static Session start(String command, String master, Supplier<OptionalInt> workers) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .appName("fathom " + command)
            // The weights of all workers come to the driver in every round, by design.
            .config("spark.driver.maxResultSize", "0")
            // Interval and number of a round's checks for executors that it has to wait for.
            .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
            .config("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "20")
            // The serializer that clusters often set instead cannot handle records.
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
   * Keeps the number of executors fixed. A step of training needs all workers at the same time,
   * which Spark refuses if executors come and go with the number of tasks.
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
