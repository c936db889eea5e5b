// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import com.typesafe.config.ConfigUtil;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.prepare.backbone.BackboneSettings;
import dev.fathom.settings.Reference;
import dev.fathom.settings.Settings;
import dev.fathom.train.TrainStageSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Trains two encoders on the pairs of a DataFrame, so that their embeddings of a pair agree. It
 * runs the stages {@code prepare} and {@code train}: the same rows, keys, settings and seed give
 * the same bits as {@code fathom run}.
 *
 * <p>A side is pictures (bytes of their files, Spark's image structure, or text that names files),
 * texts, or vectors (Spark's, or arrays of numbers). Each key of the configuration's sections
 * {@code image}, {@code model}, {@code split}, {@code temperature}, {@code text} and {@code
 * training} is a parameter, named by the key without its dots: {@code model.x.hidden} is {@code
 * modelXHidden}.
 */
public final class ContrastiveEstimator extends Estimator<ContrastiveModel>
    implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final PairParams columns;
  private final Param<String> keyCol;
  private final Param<String> labelCol;
  private final Param<String> groupCol;
  private final Param<String> checkpointDir;
  private final SettingParams settings;

  /** Creates an estimator with a new uid. */
  public ContrastiveEstimator() {
    this(Identifiable.randomUID("contrastive"));
  }

  /** Creates an estimator with this uid. */
  public ContrastiveEstimator(String uid) {
    this.uid = uid;
    columns = new PairParams(this);
    keyCol =
        new Param<>(
            this,
            "keyCol",
            "column that names a row uniquely; without it a row's number in the frame does, so that"
                + " the rows have to stand in the same order to give the same model");
    labelCol = new Param<>(this, "labelCol", "column of the class");
    groupCol =
        new Param<>(this, "groupCol", "column whose rows with the same value stay in one split");
    checkpointDir =
        new Param<>(
            this,
            "checkpointDir",
            "directory that all executors reach; a fit works in a folder of its own there, which"
                + " stays and from whose checkpoint the same fit goes on; without it a temporary"
                + " folder is used and deleted");
    settings = new SettingParams(this, ContrastiveEstimator::isParam);
  }

  /**
   * Whether a key of the configuration is a parameter. Columns have parameters of their own, and
   * features of a frozen network cannot be given here.
   */
  static boolean isParam(String key) {
    return Stream.of("model.", "temperature.", "training.").anyMatch(key::startsWith)
        || (Stream.of("image.", "split.", "text.").anyMatch(key::startsWith)
            && Reference.standard(key).isPresent());
  }

  /** Returns a reader of estimators that {@link #write} wrote. */
  public static MLReader<ContrastiveEstimator> read() {
    return new DefaultParamsReader<>();
  }

  /** Loads an estimator that {@link #write} wrote. */
  public static ContrastiveEstimator load(String path) {
    return read().load(path);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<?>[] params() {
    return Stream.of(
            columns.all(), List.of(keyCol, labelCol, groupCol, checkpointDir), settings.all())
        .flatMap(List::stream)
        .toArray(Param<?>[]::new);
  }

  /**
   * Returns the parameter of a key of the configuration.
   *
   * @param key key such as {@code model.dimension}
   */
  public SettingParam setting(String key) {
    return settings.of(key);
  }

  public Param<String> xCol() {
    return columns.xCol;
  }

  public Param<String> yCol() {
    return columns.yCol;
  }

  public ContrastiveEstimator setXCol(String name) {
    return with(columns.xCol, name);
  }

  public ContrastiveEstimator setYCol(String name) {
    return with(columns.yCol, name);
  }

  public ContrastiveEstimator setKeyCol(String name) {
    return with(keyCol, name);
  }

  public ContrastiveEstimator setLabelCol(String name) {
    return with(labelCol, name);
  }

  public ContrastiveEstimator setGroupCol(String name) {
    return with(groupCol, name);
  }

  public ContrastiveEstimator setXEmbeddingCol(String name) {
    return with(columns.xEmbeddingCol, name);
  }

  public ContrastiveEstimator setYEmbeddingCol(String name) {
    return with(columns.yEmbeddingCol, name);
  }

  /**
   * Sets how rows that cannot be read are handled: {@code error}, {@code skip} or {@code keep}; a
   * fit leaves such rows out with both of the latter.
   */
  public ContrastiveEstimator setHandleInvalid(String how) {
    return with(columns.handleInvalid, how);
  }

  public ContrastiveEstimator setCheckpointDir(String directory) {
    return with(checkpointDir, directory);
  }

  /** Sets the width of the embeddings. */
  public ContrastiveEstimator setDimension(int width) {
    return setSetting("model.dimension", width);
  }

  public ContrastiveEstimator setEpochs(int passes) {
    return setSetting("training.epochs", passes);
  }

  public ContrastiveEstimator setBatchSize(int pairs) {
    return setSetting("training.batchSize", pairs);
  }

  public ContrastiveEstimator setLearningRate(double highest) {
    return setSetting("training.learningRate", highest);
  }

  public ContrastiveEstimator setSeed(long seed) {
    return setSetting("training.seed", seed);
  }

  /** Sets further keys of the configuration that have no parameter, each as {@code KEY=VALUE}. */
  public ContrastiveEstimator setSettings(String... assignments) {
    set(settings.further(), assignments);
    return this;
  }

  /** Sets the parameter of a key of the configuration. */
  public ContrastiveEstimator setSetting(String key, Object value) {
    set(settings.of(key), value);
    return this;
  }

  private ContrastiveEstimator with(Param<String> param, String value) {
    set(param, value);
    return this;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    FrameColumns.requireSide(schema, columns.xCol, FrameColumns.named(this, columns.xCol));
    FrameColumns.requireSide(schema, columns.yCol, FrameColumns.named(this, columns.yCol));
    for (Param<String> param : List.of(keyCol, labelCol, groupCol)) {
      if (isDefined(param)) {
        FrameColumns.requireText(schema, param, getOrDefault(param));
      }
    }
    BackboneSettings networks = read(PrepareSettings::of).backbones();
    if (networks.image().isPresent() || networks.text().isPresent()) {
      throw new IllegalArgumentException(
          "image.backbone, text.backbone: a model on frozen networks is no stage of a pipeline yet;"
              + " fathom run trains one");
    }
    read(TrainStageSettings::of);
    return FrameColumns.withVector(
        FrameColumns.withVector(schema, getOrDefault(columns.xEmbeddingCol)),
        getOrDefault(columns.yEmbeddingCol));
  }

  /**
   * Trains a model.
   *
   * @throws IllegalArgumentException if a column or a setting is wrong, before any job
   * @throws dev.fathom.error.FathomException if the rows are wrong, or training diverges
   */
  @Override
  public ContrastiveModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema(), true);
    List<String> named =
        Stream.of(columns.xCol, columns.yCol, keyCol, labelCol, groupCol)
            .filter(this::isDefined)
            .map(this::getOrDefault)
            .toList();
    String remedy = refuses() ? "mend the input or set handleInvalid to skip" : "mend the input";
    Fit fit = new Fit(dataset.sparkSession(), read(all -> all), remedy);
    Dataset<Row> pairs = FrameColumns.plain(dataset, named);
    ContrastiveModel model =
        isDefined(checkpointDir)
            ? fit.within(new Path(getOrDefault(checkpointDir)), pairs, uid)
            : fit.withinTemporary(pairs, uid);
    return copyValues(model.setParent(this), ParamMap.empty());
  }

  private <T> T read(Function<Settings, T> reader) {
    List<String> pairs = new ArrayList<>();
    Map<String, Param<String>> keys =
        Map.of(
            "input.x", columns.xCol,
            "input.y", columns.yCol,
            "input.key", keyCol,
            "input.label", labelCol,
            "split.groupBy", groupCol);
    keys.forEach(
        (key, param) ->
            pairs.add(
                key
                    + "="
                    + (isDefined(param) ? ConfigUtil.quoteString(getOrDefault(param)) : "null")));
    return settings.read(List.of("input.maxRejects=" + (refuses() ? 0 : 1)), pairs, reader);
  }

  /** Whether one rejected row ends the fit. */
  private boolean refuses() {
    return getOrDefault(columns.handleInvalid).equals(PairParams.ERROR);
  }

  @Override
  public ContrastiveEstimator copy(ParamMap extra) {
    return defaultCopy(extra);
  }
}
