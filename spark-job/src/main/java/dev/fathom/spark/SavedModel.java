// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelCard;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.TrainedModel;
import dev.fathom.output.OutputDirectory;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.prepare.SideReader;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** A model directory, held in memory; copies of a {@link ContrastiveModel} share it. */
final class SavedModel implements Serializable {
  private static final long serialVersionUID = 1L;

  private final ModelCard card;
  private final TrainedModel trained;
  private final Map<String, byte[]> files;
  private transient Map<PrepareSettings, Broadcast<Embedder>> shared;
  private transient JavaSparkContext sharedBy;

  private SavedModel(ModelCard card, TrainedModel trained, Map<String, byte[]> files) {
    this.card = card;
    this.trained = trained;
    this.files = files;
  }

  /** Reads a model directory. */
  static SavedModel read(SparkSession spark, Path directory) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    ModelFiles model = new ModelFiles(storage, directory);
    ModelCard card = model.readCard();
    for (ModelCard.Tower tower : List.of(card.x(), card.y())) {
      if (tower.reads().frozen().isPresent()) {
        throw FathomException.usage(
            "the model %s reads the features of a frozen network, which fathom embed brings to it",
            directory);
      }
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (Path file : List.of(model.card(), model.file(card.x()), model.file(card.y()))) {
      files.put(file.getName(), storage.read(file));
    }
    return new SavedModel(card, model.read(card, card.x().reads(), card.y().reads()), files);
  }

  /** Writes the model as a model directory with the same bytes. */
  void write(SparkSession spark, Path directory) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    files.forEach((name, content) -> storage.write(new Path(directory, name), content));
    new OutputDirectory(storage, directory).complete();
  }

  ModelCard card() {
    return card;
  }

  int dimension() {
    return trained.towers().dimension();
  }

  /**
   * The model on the executors. It is sent there once for each way to read rows.
   *
   * @param how settings by which rows are read
   */
  synchronized Broadcast<Embedder> broadcast(SparkSession spark, PrepareSettings how) {
    Sessions.require(spark);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    if (shared == null || sharedBy.sc() != context.sc()) {
      shared = new HashMap<>();
      sharedBy = context;
    }
    return shared.computeIfAbsent(
        how,
        reading -> {
          SerializableConfiguration hadoop =
              new SerializableConfiguration(context.hadoopConfiguration());
          return context.broadcast(
              new Embedder(
                  trained,
                  new SideReader(card.x().reads(), reading, hadoop),
                  new SideReader(card.y().reads(), reading, hadoop)));
        });
  }
}
