// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.data.Side;
import dev.fathom.model.PreparedAs;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.prepare.source.FrameSource;
import dev.fathom.prepare.source.SideColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * Two trained encoders as a stage of a pipeline, which adds the embeddings of one side, or of both,
 * as vectors. Rows are decoded, tokenised and standardised just like the rows that the model was
 * trained on. The embedding of a value does not depend on the values beside it; its last bits may
 * depend on the row's place in its partition.
 *
 * <p>The stage makes one pass over the rows, and works on streams. The model goes to each executor
 * once.
 */
public final class ContrastiveModel extends Model<ContrastiveModel> implements MLWritable {
  private static final long serialVersionUID = 1L;
  private static final String BOTH = "both";
  private static final String FOLDER = "model";

  private final String uid;
  private final SavedModel saved;
  private final PairParams columns;
  private final Param<String> sides;
  private final SettingParams settings;
  private transient ContrastiveSummary summary;

  ContrastiveModel(String uid, SavedModel saved) {
    this.uid = uid;
    this.saved = saved;
    columns = new PairParams(this);
    sides =
        new Param<>(
            this,
            "sides",
            "which sides are embedded: both, x or y; of a side that is not, no column is needed",
            ParamValidators.inArray(new String[] {BOTH, "x", "y"}));
    setDefault(sides, BOTH);
    settings = new SettingParams(this, key -> false);
  }

  /** Loads the model of a directory that {@code fathom train} or {@code fathom run} wrote. */
  public static ContrastiveModel fromDirectory(SparkSession spark, String directory) {
    return new ContrastiveModel(
        Identifiable.randomUID("contrastive"), SavedModel.read(spark, new Path(directory)));
  }

  /** Returns a reader of models that {@link #write} wrote. */
  public static MLReader<ContrastiveModel> read() {
    return new Reader();
  }

  /** Loads a model that {@link #write} wrote. */
  public static ContrastiveModel load(String path) {
    return read().load(path);
  }

  ContrastiveModel with(ContrastiveSummary trained) {
    summary = trained;
    return this;
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<?>[] params() {
    return Stream.of(columns.all(), List.of(sides), settings.all())
        .flatMap(List::stream)
        .toArray(Param<?>[]::new);
  }

  public Param<String> xCol() {
    return columns.xCol;
  }

  public Param<String> yCol() {
    return columns.yCol;
  }

  public Param<String> xEmbeddingCol() {
    return columns.xEmbeddingCol;
  }

  public Param<String> yEmbeddingCol() {
    return columns.yEmbeddingCol;
  }

  public Param<String> handleInvalid() {
    return columns.handleInvalid;
  }

  public Param<String> sides() {
    return sides;
  }

  public ContrastiveModel setXCol(String name) {
    return with(columns.xCol, name);
  }

  public ContrastiveModel setYCol(String name) {
    return with(columns.yCol, name);
  }

  public ContrastiveModel setXEmbeddingCol(String name) {
    return with(columns.xEmbeddingCol, name);
  }

  public ContrastiveModel setYEmbeddingCol(String name) {
    return with(columns.yEmbeddingCol, name);
  }

  /** Sets how rows that cannot be read are handled: {@code error}, {@code skip} or {@code keep}. */
  public ContrastiveModel setHandleInvalid(String how) {
    return with(columns.handleInvalid, how);
  }

  /** Sets which sides are embedded: {@code both}, {@code x} or {@code y}. */
  public ContrastiveModel setSides(String which) {
    return with(sides, which);
  }

  /**
   * Keys of the section {@code input} that tell how rows are read, each as {@code KEY=VALUE}. At
   * first they are those of the estimator. Keys of other sections have no effect here.
   */
  public ContrastiveModel setSettings(String... assignments) {
    set(settings.further(), assignments);
    return this;
  }

  private ContrastiveModel with(Param<String> param, String value) {
    set(param, value);
    return this;
  }

  /** Width of the embeddings. */
  public int dimension() {
    return saved.dimension();
  }

  /** τ at the end of training. */
  public double temperature() {
    return saved.card().temperature();
  }

  /** Whether the model was trained in this JVM, and not loaded. */
  public boolean hasSummary() {
    return summary != null;
  }

  /**
   * The summary of the training.
   *
   * @throws IllegalStateException if the model was loaded
   */
  public ContrastiveSummary summary() {
    if (summary == null) {
      throw new IllegalStateException("%s was loaded and has no summary".formatted(uid));
    }
    return summary;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    reading();
    StructType wider = schema;
    for (EmbedRows.Input input : inputs(schema, "")) {
      wider = FrameColumns.withVector(wider, output(input));
    }
    return wider;
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType wider = transformSchema(dataset.schema(), true);
    SparkSession spark = dataset.sparkSession();
    Dataset<Row> rows = dataset.toDF();
    PrepareSettings reading = reading();
    List<EmbedRows.Input> inputs =
        inputs(dataset.schema(), FrameSource.folder(rows, reading.input()));
    Dataset<Row> embedded =
        rows.mapPartitions(
            new EmbedRows(
                saved.broadcast(spark, reading), inputs, getOrDefault(columns.handleInvalid)),
            Encoders.row(wider));
    // The metadata of columns, such as other stages' and watermarks', must be copied.
    return embedded.select(
        Arrays.stream(wider.fields())
            .map(
                field ->
                    embedded
                        .col(SideColumn.quoted(field.name()))
                        .as(field.name(), field.metadata()))
            .toArray(Column[]::new));
  }

  /** The settings by which rows are read. */
  private PrepareSettings reading() {
    return settings.readSection(
        "input", PreparedAs.assignments(saved.card(), ""), PrepareSettings::of);
  }

  private String output(EmbedRows.Input input) {
    return getOrDefault(input.ofX() ? columns.xEmbeddingCol : columns.yEmbeddingCol);
  }

  private List<EmbedRows.Input> inputs(StructType schema, String folder) {
    String which = getOrDefault(sides);
    List<EmbedRows.Input> inputs = new ArrayList<>();
    if (!which.equals("y")) {
      inputs.add(input(schema, true, columns.xCol, folder));
    }
    if (!which.equals("x")) {
      inputs.add(input(schema, false, columns.yCol, folder));
    }
    return inputs;
  }

  private EmbedRows.Input input(
      StructType schema, boolean ofX, Param<String> param, String folder) {
    String name = FrameColumns.named(this, param);
    FrameColumns.requireSide(schema, param, name);
    DataType type = schema.apply(name).dataType();
    Side side = (ofX ? saved.card().x() : saved.card().y()).reads();
    SideColumn column =
        SideColumn.read(name, FrameColumns.plain(type), side, folder)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s: column %s is of type %s, and the model reads %s there"
                            .formatted(param.name(), name, type.catalogString(), side.modality())));
    return new EmbedRows.Input(ofX, schema.fieldIndex(name), column);
  }

  @Override
  public ContrastiveModel copy(ParamMap extra) {
    ContrastiveModel copied = copyValues(new ContrastiveModel(uid, saved), extra);
    copied.summary = summary;
    return copied.setParent(parent());
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  private static final class Writer extends MLWriter {
    private final ContrastiveModel model;

    Writer(ContrastiveModel model) {
      this.model = model;
    }

    @Override
    public void saveImpl(String path) {
      // The metadata is written last, as a directory without it is not taken for a saved model.
      model.saved.write(sparkSession(), new Path(path, FOLDER));
      DefaultParamsWriter.saveMetadata(model, path, sc(), Option.empty(), Option.empty());
    }
  }

  private static final class Reader extends MLReader<ContrastiveModel> {
    @Override
    public ContrastiveModel load(String path) {
      DefaultParamsReader.Metadata metadata =
          DefaultParamsReader.loadMetadata(path, sc(), ContrastiveModel.class.getName());
      ContrastiveModel model =
          new ContrastiveModel(
              metadata.uid(), SavedModel.read(sparkSession(), new Path(path, FOLDER)));
      metadata.getAndSetParams(model, Option.empty());
      return model;
    }
  }
}
