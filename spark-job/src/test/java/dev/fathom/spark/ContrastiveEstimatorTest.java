// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.Split;
import dev.fathom.embed.Embed;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelCard;
import dev.fathom.model.ModelFiles;
import dev.fathom.prepare.Prepare;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.random.RandomStream;
import dev.fathom.settings.Settings;
import dev.fathom.testing.LocalSpark;
import dev.fathom.train.Train;
import dev.fathom.train.TrainStageSettings;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.commons.lang3.SerializationUtils;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The estimator and its model on pictures and captions, against the stages of a run. */
class ContrastiveEstimatorTest {
  private static final int PAIRS = 240;
  private static final int SIZE = 8;
  private static final String[] COLOURS = {"red", "green", "blue"};
  private static final String[] SHADES = {"dark", "dim", "pale", "bright"};
  private static final List<String> SMALL =
      List.of(
          "image.size=8",
          "training.epochs=2",
          "training.batchSize=64",
          "model.dimension=6",
          "model.x.hidden=[4,6]",
          "model.y.hidden=[8]");

  @TempDir private static Path here;

  private static SparkSession spark;
  private static Dataset<Row> pairs;
  private static ContrastiveModel model;

  @BeforeAll
  static void fit() throws Exception {
    spark = LocalSpark.session();
    RandomGenerator random = RandomStream.of(3, "pictures");
    StringBuilder manifest = new StringBuilder("id,file,caption,kind\n");
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      byte[] picture = picture(random, i);
      String id = "r%03d".formatted(i);
      String caption = SHADES[i % SHADES.length] + " " + COLOURS[i % COLOURS.length] + " " + i % 7;
      Files.write(here.resolve(id + ".png"), picture);
      manifest.append("%s,%s.png,%s,%s%n".formatted(id, id, caption, COLOURS[i % COLOURS.length]));
      rows.add(RowFactory.create(id, picture, caption, COLOURS[i % COLOURS.length]));
    }
    Files.writeString(here.resolve("pairs.csv"), manifest);
    pairs =
        spark
            .createDataFrame(
                rows,
                new StructType()
                    .add("id", "string")
                    .add("picture", "binary")
                    .add("caption", "string")
                    .add("kind", "string"))
            .coalesce(1)
            .cache();
    model = estimator().setKeyCol("id").setLabelCol("kind").fit(pairs.repartition(3));
  }

  private static byte[] picture(RandomGenerator random, int i) throws Exception {
    BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    for (int pixel = 0; pixel < SIZE * SIZE; pixel++) {
      picture.setRGB(
          pixel % SIZE,
          pixel / SIZE,
          ((0x300000 * (1 + i % 4)) >> (8 * (i % 3))) + random.nextInt(1 << 5));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", out);
    return out.toByteArray();
  }

  private static ContrastiveEstimator estimator() {
    return new ContrastiveEstimator()
        .setXCol("picture")
        .setYCol("caption")
        .setDimension(6)
        .setEpochs(2)
        .setBatchSize(64)
        .setSetting("image.size", SIZE)
        .setSetting("model.x.hidden", List.of(4, 6))
        .setSetting("model.y.hidden", new int[] {8});
  }

  /** The stages of {@code fathom run} on the manifest; the directory of the model. */
  private static String run(String name, String... more) {
    List<String> assignments = new ArrayList<>(SMALL);
    assignments.addAll(List.of("input.x=file", "input.y=caption", "input.label=kind"));
    assignments.addAll(List.of(more));
    Settings settings = Settings.defaults().with(assignments);
    Path out = here.resolve(name);
    new Prepare(spark, PrepareSettings.of(settings))
        .input(here.resolve("pairs.csv").toString())
        .output(out.resolve("data").toString())
        .execute();
    return new Train(spark, TrainStageSettings.of(settings))
        .data(out.resolve("data").toString())
        .output(out.toString())
        .execute()
        .model();
  }

  private static float[] parameters(String directory) {
    ModelFiles files = files(directory);
    ModelCard card = files.readCard();
    return files.read(card, card.x().reads(), card.y().reads()).parameters();
  }

  private static ModelFiles files(String directory) {
    return new ModelFiles(
        new Storage(spark.sparkContext().hadoopConfiguration()),
        new org.apache.hadoop.fs.Path(directory));
  }

  private static Map<String, Row> byId(Dataset<Row> rows, String... columns) {
    Map<String, Row> found = new TreeMap<>();
    rows.select("id", columns).collectAsList().forEach(row -> found.put(row.getString(0), row));
    return found;
  }

  private static Map<String, Row> embedded(ContrastiveModel by, Dataset<Row> rows) {
    return byId(by.transform(rows), "xEmbedding", "yEmbedding");
  }

  @Test
  void fitGivesTheBitsOfARun() throws Exception {
    String run = run("keyed", "input.key=id");
    Path saved = here.resolve("saved");
    model.write().overwrite().save(saved.toString());
    String fitted = saved.resolve("model").toString();

    assertThat(parameters(fitted)).isEqualTo(parameters(run));
    ModelCard card = files(fitted).readCard();
    assertThat(card.x()).isEqualTo(files(run).readCard().x());
    assertThat(card.y()).isEqualTo(files(run).readCard().y());
    assertThat(model.temperature()).isEqualTo(files(run).readCard().temperature());
    assertThat(model.dimension()).isEqualTo(6);
  }

  @Test
  void aRowWithoutAKeyIsNamedByItsNumberAndTheFolderOfAFitServesItAgain() {
    String run = run("numbered");
    ContrastiveEstimator checkpointed =
        estimator().setLabelCol("kind").setCheckpointDir(here.resolve("checkpoints").toString());
    ContrastiveModel first = checkpointed.fit(pairs);
    ContrastiveModel again = checkpointed.fit(pairs);

    assertThat(here.resolve("checkpoints"))
        .isDirectoryContaining(file -> file.getFileName().toString().startsWith("fit-"));
    String kept = here.resolve("checkpoints").toFile().listFiles()[0].getPath() + "/model";
    assertThat(here.resolve("checkpoints").toFile().listFiles()).hasSize(1);
    assertThat(parameters(kept)).isEqualTo(parameters(run)).isNotEqualTo(parameters(saved("m")));
    assertThat(embedded(again, pairs)).isEqualTo(embedded(first, pairs));
    assertThat(
            embedded(
                ContrastiveModel.fromDirectory(spark, run).setXCol("picture").setYCol("caption"),
                pairs))
        .isEqualTo(embedded(first, pairs));
  }

  private static String saved(String name) {
    try {
      model.write().overwrite().save(here.resolve(name).toString());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return here.resolve(name).resolve("model").toString();
  }

  @Test
  void anEmbeddingIsThatOfTheStageAndDoesNotDependOnTheRowsBesideIt() {
    Map<String, Row> whole = embedded(model, pairs);

    assertThat(embedded(model, pairs.repartition(7, col("id")))).isEqualTo(whole);
    assertThat(embedded(model, pairs.where("id = 'r017'")).get("r017"))
        .isEqualTo(whole.get("r017"));
    String run = run("embedded", "input.key=id");
    new Embed(spark, List.of(Split.TEST))
        .model(run)
        .data(here.resolve("embedded/data").toString())
        .output(here.resolve("embedded/embeddings").toString())
        .execute();
    List<Row> stage =
        spark.read().parquet(here.resolve("embedded/embeddings").toString()).collectAsList();
    assertThat(stage).isNotEmpty();
    for (Row row : stage) {
      Vector x = whole.get(row.<String>getAs("key")).getAs(1);
      Vector y = whole.get(row.<String>getAs("key")).getAs(2);
      for (int c = 0; c < 6; c++) {
        assertThat(x.apply(c))
            .isEqualTo(row.<Float>getList(row.fieldIndex("x")).get(c), within(1e-5));
        assertThat(y.apply(c))
            .isEqualTo(row.<Float>getList(row.fieldIndex("y")).get(c), within(1e-5));
      }
    }
  }

  @Test
  void aModelAndAPipelineThatWereSavedGiveTheSameBits() throws Exception {
    Map<String, Row> before = embedded(model, pairs);
    PipelineModel pipeline = new Pipeline().setStages(new PipelineStage[] {model}).fit(pairs);
    String path = here.resolve("pipeline").toString();
    pipeline.write().overwrite().save(path);
    pipeline.write().overwrite().save(path);

    PipelineModel loaded = PipelineModel.read().session(spark.newSession()).load(path);

    assertThat(byId(loaded.transform(pairs), "xEmbedding", "yEmbedding")).isEqualTo(before);
    ContrastiveModel stage = (ContrastiveModel) loaded.stages()[0];
    assertThat(stage.uid()).isEqualTo(model.uid());
    assertThat(stage.hasSummary()).isFalse();
    assertThatThrownBy(stage::summary).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> model.write().save(path)).isInstanceOf(java.io.IOException.class);
  }

  @Test
  void anEstimatorThatWasSavedHasItsParameters() throws Exception {
    String path = here.resolve("estimator").toString();
    estimator().setSettings("input.standardise=false").write().overwrite().save(path);

    ContrastiveEstimator loaded = ContrastiveEstimator.load(path);

    assertThat(loaded.getOrDefault(loaded.setting("model.x.hidden"))).isEqualTo("[4,6]");
    assertThat(loaded.getOrDefault(loaded.setting("model.dimension"))).isEqualTo("6");
    assertThat(loaded.getOrDefault(loaded.xCol())).isEqualTo("picture");
    assertThat(loaded.transformSchema(pairs.schema()).size()).isEqualTo(6);
  }

  @Test
  void theSummaryTellsHowTheTrainingWent() {
    ContrastiveSummary summary = model.summary();

    assertThat(model.parent()).isInstanceOf(ContrastiveEstimator.class);
    assertThat(model.copy(ParamMap.empty()).summary()).isSameAs(summary);
    assertThat(summary.trainLoss()).isPositive();
    assertThat(summary.validationLoss()).isPositive();
    assertThat(summary.temperature()).isEqualTo(model.temperature());
    assertThat(summary.rounds()).isPositive();
    assertThat(summary.recallAt1()).isBetween(0.0, 1.0);
  }

  @Test
  void stagesThatWereSerialisedGiveTheSameBits() {
    ContrastiveModel sent = SerializationUtils.clone(model);
    ContrastiveEstimator estimator = SerializationUtils.clone(estimator());

    assertThat(embedded(sent, pairs)).isEqualTo(embedded(model, pairs));
    assertThat(sent.hasSummary()).isFalse();
    assertThat(sent.copy(ParamMap.empty()).setSides("y").transform(pairs).columns()).hasSize(5);
    assertThat(estimator.transformSchema(pairs.schema()).size()).isEqualTo(6);
  }

  @Test
  void aModelGoesToTheExecutorsOnce() {
    SavedModel held = SavedModel.read(spark, new org.apache.hadoop.fs.Path(saved("held")));
    PrepareSettings how = PrepareSettings.of(Settings.defaults());

    assertThat(held.broadcast(spark, how))
        .isSameAs(held.broadcast(spark.newSession(), PrepareSettings.of(Settings.defaults())));
  }

  @Test
  void rowsAreReadAsTheFitWasTold() throws Exception {
    Dataset<Row> words =
        pairs
            .withColumn("picture", concat(col("id"), lit(".png")))
            .withColumn(
                "caption", when(col("id").equalTo("r001"), "n/a").otherwise(col("caption")));
    ContrastiveModel told =
        estimator()
            .setKeyCol("id")
            .setEpochs(1)
            .setSettings("input.nulls=[]", "input.images=" + here, "split.train=0.8")
            .setSetting("split.validation", 0.1)
            .setSetting("split.test", 0.1)
            .fit(words);
    told.write().save(here.resolve("told").toString());

    ContrastiveModel loaded = ContrastiveModel.load(here.resolve("told").toString());

    Map<String, Row> whole = embedded(told, words);
    assertThat(whole).hasSize(PAIRS);
    assertThat(embedded(loaded, words)).isEqualTo(whole);
    assertThatThrownBy(() -> embedded(loaded.setSettings("input.images=" + here), words))
        .rootCause()
        .hasMessageContaining("column caption holds what cannot be embedded");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loaded.setSettings("input.null=[]").transformSchema(words.schema()))
        .withMessageContaining("did you mean input.nulls?");
  }

  @Test
  void oneSideNeedsNoColumnOfTheOther() {
    Dataset<Row> captions = pairs.drop("picture");
    ContrastiveModel ofY = model.copy(ParamMap.empty()).setSides("y").setYEmbeddingCol("vector");

    assertThat(ofY.transform(captions).columns())
        .containsExactly("id", "caption", "kind", "vector");
    assertThat(byId(ofY.transform(captions), "vector"))
        .isEqualTo(byId(model.transform(pairs), "yEmbedding"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.transform(captions))
        .withMessageContaining("xCol: column picture does not exist");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                model.transform(
                    pairs
                        .withColumn("picture", lit("word"))
                        .withColumn("caption", col("id").cast("int"))))
        .withMessageContaining("column caption is of type int");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.transform(pairs.withColumn("caption", col("picture"))))
        .withMessageContaining("column caption is of type binary, and the model reads TEXT");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.transform(pairs.withColumn("yEmbedding", lit(1))))
        .withMessageContaining("yEmbedding already exists");
  }

  @Test
  void aStreamIsEmbeddedAsItComes() throws Exception {
    String folder = here.resolve("stream").toString();
    Dataset<Row> captions = pairs.select("id", "caption");
    captions.repartition(3).write().json(folder);
    ContrastiveModel ofY = model.copy(ParamMap.empty()).setSides("y");

    StreamingQuery query =
        ofY.transform(
                spark
                    .readStream()
                    .schema(captions.schema())
                    .option("maxFilesPerTrigger", 1)
                    .json(folder))
            .writeStream()
            .format("memory")
            .queryName("embedded")
            .start();
    try {
      query.processAllAvailable();
      assertThat(byId(spark.table("embedded"), "yEmbedding"))
          .isEqualTo(byId(model.transform(pairs), "yEmbedding"));
    } finally {
      query.stop();
    }
  }

  @Test
  void handleInvalidTellsWhatBecomesOfRowsThatCannotBeRead() {
    Dataset<Row> broken =
        pairs
            .withColumn("caption", when(col("id").equalTo("r001"), null).otherwise(col("caption")))
            .withColumn(
                "picture",
                when(col("id").equalTo("r002"), lit(new byte[] {1, 2})).otherwise(col("picture")));
    ContrastiveModel copy = model.copy(ParamMap.empty());

    assertThatThrownBy(() -> copy.transform(broken).collect())
        .hasRootCauseInstanceOf(FathomException.class)
        .rootCause()
        .hasMessageContaining("handleInvalid");
    assertThatThrownBy(() -> estimator().fit(broken))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("2 of 240 rows of DataFrame were rejected")
        .hasMessageEndingWith("mend the input or set handleInvalid to skip");
    assertThat(copy.setHandleInvalid("skip").transform(broken).count()).isEqualTo(PAIRS - 2);
    Map<String, Row> kept = embedded(copy.setHandleInvalid("keep"), broken);
    assertThat(kept).hasSize(PAIRS);
    assertThat(kept.get("r001").isNullAt(1)).isFalse();
    assertThat(kept.get("r001").isNullAt(2)).isTrue();
    assertThat(kept.get("r002").isNullAt(1)).isTrue();
    Map<String, Row> whole = embedded(model, pairs);
    assertThat(kept.get("r003")).isEqualTo(whole.get("r003"));
    assertThat(kept.get("r001").get(1)).isEqualTo(whole.get("r001").get(1));
    assertThatIllegalArgumentException().isThrownBy(() -> copy.setHandleInvalid("drop"));
  }

  @Test
  void crossValidationPicksAWidth() {
    ContrastiveEstimator estimator =
        estimator().setKeyCol("id").setHandleInvalid("skip").setEpochs(6);
    ParamMap[] grid =
        IntStream.of(1, 6)
            .mapToObj(width -> new ParamMap().put(estimator.setting("model.dimension").w(width)))
            .toArray(ParamMap[]::new);

    CrossValidatorModel best =
        new CrossValidator()
            .setEstimator(estimator)
            .setEstimatorParamMaps(grid)
            .setEvaluator(new ContrastiveEvaluator().setMetricName("recallAt10"))
            .setNumFolds(2)
            .fit(pairs);

    assertThat(((ContrastiveModel) best.bestModel()).dimension()).isEqualTo(6);
    assertThat(best.avgMetrics()[1]).isGreaterThan(best.avgMetrics()[0]);
    assertThat(ContrastiveEvaluator.smallestWidth(best.avgMetrics(), new int[] {1, 6}, 200))
        .isEqualTo(6);
  }

  @Test
  void theFrameThatComesIsTheOneThatWasPromised() {
    Metadata told = new MetadataBuilder().putString("unit", "kinds").build();
    Dataset<Row> frame = pairs.withColumn("kind", col("kind").as("kind", told));

    Dataset<Row> embedded = model.transform(frame);

    assertThat(embedded.schema()).isEqualTo(model.transformSchema(frame.schema()));
    assertThat(embedded.schema().apply("kind").metadata()).isEqualTo(told);
  }

  @Test
  void frozenNetworksAreRefusedBeforeAnyJob() {
    ContrastiveEstimator frozen =
        estimator().setSettings("text.backbone=a.onnx", "text.tokenizer=tokenizer.json");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> frozen.transformSchema(pairs.schema()))
        .withMessageContaining("text.backbone");
  }

  @Test
  void anImageOfSparkIsReadAsAFileOfItsPixels() {
    String folder = here.resolve("r0[01]*.png").toString();
    Dataset<Row> images =
        spark
            .read()
            .format("image")
            .load(folder)
            .selectExpr(
                "regexp_extract(image.origin, '(r[0-9]+).png', 1) AS id", "image AS picture");
    ContrastiveModel ofX = model.copy(ParamMap.empty()).setSides("x");

    Map<String, Row> found = byId(ofX.transform(images), "xEmbedding");

    Map<String, Row> whole = byId(model.transform(pairs), "xEmbedding");
    assertThat(found).hasSize(20);
    found.forEach((id, row) -> assertThat(row).isEqualTo(whole.get(id)));
    assertThat(
            FrameColumns.plain(images, List.of("id", "picture")).where("picture IS NULL").count())
        .isZero();
  }

  @Test
  void vectorsAndArraysAreOneAndTheirDimensionIsMeasured() {
    RandomGenerator random = RandomStream.of(5, "vectors");
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      double a = random.nextGaussian();
      double b = random.nextGaussian();
      rows.add(
          RowFactory.create(
              "v%03d".formatted(i),
              Vectors.dense(a, b, a + b, a - b),
              new double[] {a - 2 * b, b, 2 * a}));
    }
    Dataset<Row> vectors =
        spark.createDataFrame(
            rows,
            new StructType()
                .add("id", "string")
                .add("picture", org.apache.spark.ml.linalg.SQLDataTypes.VectorType())
                .add("caption", "array<double>"));
    ContrastiveModel fitted =
        estimator()
            .setKeyCol("id")
            .setEpochs(10)
            .setSetting("model.x.hidden", List.of(16))
            .setSetting("model.y.hidden", List.of(16))
            .fit(vectors);
    Dataset<Row> embedded = fitted.transform(vectors).cache();

    assertThat(
            embedded(
                fitted,
                vectors
                    .withColumn(
                        "picture",
                        org.apache.spark.ml.functions.vector_to_array(col("picture"), "float64"))
                    .withColumn(
                        "caption", org.apache.spark.ml.functions.array_to_vector(col("caption")))))
        .isEqualTo(byId(embedded, "xEmbedding", "yEmbedding"));
    Dataset<Row> dimension =
        IntrinsicDimension.ofPairs(embedded, "xEmbedding", "yEmbedding").cache();
    double shared =
        dimension.where("side = 'shared'").select("estimate").as(Encoders.DOUBLE()).first();
    assertThat(shared).isBetween(1.2, 3.0);
    assertThat(dimension.where("side = 'y' AND estimator = 'mle' AND low <= estimate").count())
        .isEqualTo(1);
    assertThat(IntrinsicDimension.of(vectors, "picture").where("estimator = 'twoNN'").first())
        .satisfies(row -> assertThat(row.<Double>getAs("estimate")).isBetween(1.5, 2.5));
    assertThat(new ContrastiveEvaluator().setMetricName("sharedDimension").evaluate(embedded))
        .isEqualTo(shared);
    assertThat(new ContrastiveEvaluator().setMetricName("recallAt10").evaluate(embedded))
        .isBetween(0.03, 1.0);
    Dataset<Row> around = IntrinsicDimension.pointwise(vectors, "picture", "around");
    assertThat(around.where("around > 0").count()).isGreaterThan(300);
    assertThat(around.drop("around").collectAsList()).isEqualTo(vectors.collectAsList());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IntrinsicDimension.pointwise(vectors, "picture", "id"))
        .withMessageContaining("id already exists");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IntrinsicDimension.of(vectors, "id"))
        .withMessageContaining("column id is of type string");
  }
}
