// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.cluster.Jobs.Job;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.PairSchema;
import dev.fathom.data.ParquetRows;
import dev.fathom.data.Split;
import dev.fathom.files.Storage;
import dev.fathom.prepare.Prepare;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.settings.Settings;
import dev.fathom.spark.ContrastiveEstimator;
import dev.fathom.testing.LocalSpark;
import dev.fathom.testing.TinyNetworks;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
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
  void frozenNetworksGiveTheSameBits() throws Exception {
    StringBuilder manifest = new StringBuilder("file,caption\n");
    for (int i = 0; i < 60; i++) {
      BufferedImage picture = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
      picture.setRGB(i % 4, i / 4 % 4, 0x10203 * i);
      ImageIO.write(picture, "png", directory.resolve(i + ".png").toFile());
      manifest.append(
          "%d.png,a %s thing %s%n".formatted(i, "red ".repeat(i % 5), "blue ".repeat(i)));
    }
    String pairs = Files.writeString(directory.resolve("pairs.csv"), manifest).toString();
    TinyNetworks.write(directory, 4);
    List<String> settings =
        List.of(
            "image.size=4",
            "image.preprocessing=unit",
            "image.backbone=" + directory.resolve("pictures.onnx"),
            "text.backbone=" + directory.resolve("captions.onnx"),
            "text.tokenizer=" + directory.resolve("tokenizer.json"));
    List<String> command =
        new ArrayList<>(
            List.of(
                "prepare", "--input", pairs, "--output", directory.resolve("there").toString()));
    settings.forEach(setting -> command.addAll(List.of("--set", setting)));

    Job job = jobs.submit(cluster.url(), command);
    new Prepare(LocalSpark.session(), PrepareSettings.of(Settings.of("", List.of(), settings)))
        .input(pairs)
        .output(directory.resolve("here").toString())
        .execute();
    job.finish();

    assertThat(features("there")).hasSize(60).isEqualTo(features("here"));
  }

  /** Key and features of all rows in their order, as text that keeps every bit. */
  private List<String> features(String dataset) {
    List<String> rows = new ArrayList<>();
    Storage storage = new Storage(new Configuration());
    DatasetFiles files =
        new DatasetFiles(new org.apache.hadoop.fs.Path(directory.resolve(dataset).toString()));
    for (Split split : Split.values()) {
      ParquetRows.of(storage, files.shards(split))
          .forEach(
              List.of(PairSchema.KEY, PairSchema.X, PairSchema.Y),
              row ->
                  rows.add(
                      "%s %s %s"
                          .formatted(
                              row.text(0),
                              Arrays.toString(row.numbers(1)),
                              Arrays.toString(row.numbers(2)))));
    }
    return rows;
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
