// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.cluster.Jobs.Job;
import dev.fathom.spark.ContrastiveEstimator;
import dev.fathom.testing.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged job on a standalone cluster ends in the bits of the same job on one machine. */
class StandaloneIT {
  @TempDir private static Path clusterDirectory;
  private static StandaloneCluster cluster;

  @TempDir private Path directory;
  private Jobs jobs;
  private Training training;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = new StandaloneCluster(clusterDirectory, 2);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void start() throws Exception {
    jobs = new Jobs(directory.resolve("jobs"));
    training =
        new Training(Undisturbed.get().data().toString(), directory.resolve("output").toString());
  }

  @Test
  void trainsOnTwoExecutorsThatStay() throws Exception {
    jobs.set("spark.dynamicAllocation.enabled", "true");
    Job job = jobs.submit(cluster.url(), training.command());
    job.await(() -> training.rounds() >= 10);
    job.finishAfter("nothing", System.nanoTime());

    assertThat(job.output())
        .contains("2 workers on batches of 256")
        .contains("spark.dynamicAllocation.enabled is set aside");
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  @Test
  void workersThatAverageTakeTurnsOnOneCore() throws Exception {
    jobs.set("spark.cores.max", "1")
        .submit(cluster.url(), training.command(Training.AVERAGING))
        .finish();

    assertThat(training.parameters()).isEqualTo(Undisturbed.get().averaged());
  }

  @Test
  void aPipelineThatWasSavedElsewhereGivesTheSameBits() throws Exception {
    SparkSession spark = LocalSpark.session();
    String pairs = directory.resolve("pairs.parquet").toString();
    String saved = directory.resolve("pipeline").toString();
    String embedded = directory.resolve("embedded").toString();
    spark
        .range(300)
        .selectExpr(
            "CAST(id AS STRING) id",
            "array(sin(id), cos(id), sin(id) * cos(id)) x",
            "concat_ws(' ', floor(5 * sin(id)), concat('c', floor(5 * cos(id)))) y")
        .write()
        .parquet(pairs);
    Dataset<Row> frame = spark.read().parquet(pairs).coalesce(1);
    ContrastiveEstimator estimator =
        new ContrastiveEstimator().setKeyCol("id").setXCol("x").setYCol("y").setEpochs(1);
    PipelineModel pipeline = new Pipeline().setStages(new PipelineStage[] {estimator}).fit(frame);
    pipeline.save(saved);

    jobs.main(SavedPipeline.class)
        .export(SparkJvm.MORE, Path.of("target/test-classes").toAbsolutePath().toString())
        .submit(cluster.url(), List.of(saved, pairs, embedded))
        .finish();

    assertThat(spark.read().parquet(embedded).collectAsList())
        .hasSize(300)
        .containsExactlyInAnyOrderElementsOf(pipeline.transform(frame).collectAsList());
  }

  @Test
  void trainsWithItsDriverOnTheCluster() throws Exception {
    jobs.set("spark.submit.deployMode", "cluster")
        .set("spark.standalone.submit.waitAppCompletion", "true")
        .set("spark.cores.max", "1")
        .submit(cluster.url(), training.command())
        .finish();

    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }
}
