// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.testing.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stages in real PySpark, against those of Java. */
class PySparkTest {
  private static final Path EXAMPLE = Path.of("..", "examples", "shared_dimension.py");

  @TempDir private Path here;

  @Test
  void theStagesGiveTheBitsOfJavaAndEachLoadsWhatTheOtherSaved() throws Exception {
    try (PySpark python = PySpark.orSkip()) {
      SparkSession spark = LocalSpark.session();
      Dataset<Row> pairs = ExamplesTest.write(here.resolve("pairs.parquet"));
      PipelineModel model = new Pipeline().setStages(new PipelineStage[] {estimator()}).fit(pairs);
      model.save(here.resolve("java").toString());
      Dataset<Row> embedded = model.transform(pairs).select("id", "xEmbedding", "yEmbedding");
      embedded.write().parquet(here.resolve("embedded.parquet").toString());

      String told = python.run("stages_test.py", here);

      System.out.println(told);
      assertThat(told).endsWith("OK\n");
      PipelineModel fromPython = PipelineModel.load(here.resolve("python").toString());
      assertThat(
              fromPython.transform(pairs).select("id", "xEmbedding", "yEmbedding").collectAsList())
          .containsExactlyInAnyOrderElementsOf(embedded.collectAsList());
      ContrastiveEstimator estimator =
          (ContrastiveEstimator)
              Pipeline.load(here.resolve("python-estimator").toString()).getStages()[0];
      assertThat(estimator.getOrDefault(estimator.setting("model.y.hidden"))).isEqualTo("[8]");
      assertThat(spark.sparkContext().isStopped()).isFalse();
    }
  }

  private static ContrastiveEstimator estimator() {
    return new ContrastiveEstimator()
        .setKeyCol("id")
        .setXCol("picture")
        .setYCol("caption")
        .setDimension(6)
        .setEpochs(2)
        .setBatchSize(64)
        .setSetting("image.size", 8)
        .setSetting("model.x.hidden", List.of(4, 6))
        .setSetting("model.y.hidden", List.of(8));
  }

  @Test
  void theExampleTrainsMeasuresAndSaves() throws Exception {
    try (PySpark python = PySpark.orSkip()) {
      String pairs = here.resolve("pairs.parquet").toString();
      ExamplesTest.write(Path.of(pairs));
      String model = here.resolve("model").toString();

      String told = python.run("run_example.py", here, EXAMPLE.toString(), pairs, model);

      assertThat(told).contains("recall@1: ").contains("|dimension|");
      assertThat(ContrastiveModel.load(model).dimension()).isEqualTo(8);
    }
  }
}
