// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.data.Split;
import dev.fathom.embed.Embed;
import dev.fathom.error.FathomException;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.files.Storage;
import dev.fathom.measure.EmbeddingColumns;
import dev.fathom.measure.EmbeddingReader;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.model.ModelSettings;
import dev.fathom.output.OutputDirectory;
import dev.fathom.prepare.Prepare;
import dev.fathom.prepare.PrepareResult;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.prepare.source.FrameSource;
import dev.fathom.settings.Settings;
import dev.fathom.train.Train;
import dev.fathom.train.TrainResult;
import dev.fathom.train.TrainStageSettings;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** One training on a DataFrame, through the stages of a run. */
final class Fit {
  private static final String SOURCE = "DataFrame";

  private final SparkSession spark;
  private final Settings settings;
  private final String remedy;
  private final Storage storage;

  /**
   * @param remedy what an error says of rejected rows, for a user to do
   */
  Fit(SparkSession spark, Settings settings, String remedy) {
    this.spark = spark;
    this.settings = settings;
    this.remedy = remedy;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
    Sessions.requireToTrain(spark);
  }

  /** Trains in a temporary folder, which is deleted afterwards. */
  ContrastiveModel withinTemporary(Dataset<Row> pairs, String uid) {
    Path scratch =
        storage.qualified(
            new Path(
                spark.sparkContext().hadoopConfiguration().get("hadoop.tmp.dir"),
                "fathom-" + UUID.randomUUID()));
    if (scratch.toUri().getScheme().equals("file") && !spark.sparkContext().isLocal()) {
      throw FathomException.usage(
          "executors do not reach %s on the driver's machine; set checkpointDir to a directory that"
              + " all of them reach",
          scratch.getParent());
    }
    try {
      return within(scratch, pairs, uid);
    } finally {
      storage.delete(scratch);
    }
  }

  /** Trains in a folder of this directory, whose name follows from pairs and settings. */
  ContrastiveModel within(Path directory, Dataset<Row> pairs, String uid) {
    Dataset<Row> kept = pairs.persist(StorageLevel.MEMORY_AND_DISK());
    JobLabels labels = JobLabels.keep(spark);
    try {
      PrepareSettings how = PrepareSettings.of(settings);
      Prepare prepare =
          new Prepare(spark, how)
              .input(FrameSource.of(kept, how.input()), SOURCE)
              .replacing(true)
              .remedy(remedy);
      Path folder = new Path(directory, folder(prepare.fingerprint(), settings));
      try (OutputDirectory place = new OutputDirectory(storage, folder)) {
        place.lock();
        return trained(prepare, kept, place.path(), uid);
      }
    } finally {
      kept.unpersist();
      labels.restore();
    }
  }

  /** The name of the folder of a fit on pairs with this fingerprint. */
  static String folder(String fingerprint, Settings settings) {
    String all = fingerprint + ModelSettings.identity(settings.effective());
    return "fit-" + DigestUtils.sha256Hex(all).substring(0, 16);
  }

  private ContrastiveModel trained(Prepare prepare, Dataset<Row> kept, Path place, String uid) {
    Path data = new Path(place, "data");
    Path model = new Path(place, "model");
    PrepareResult prepared = prepare.output(data.toString()).execute();
    kept.unpersist();
    storage.delete(model);
    TrainResult trained =
        new Train(spark, TrainStageSettings.of(settings))
            .data(data.toString())
            .output(place.toString())
            .execute();
    Optional<Retrieval> retrieval =
        prepared.card().counts().validation() < 2
            ? Optional.empty()
            : Optional.of(retrieval(data, model, new Path(place, "validation")));
    return new ContrastiveModel(uid, SavedModel.read(spark, model))
        .with(new ContrastiveSummary(trained, retrieval));
  }

  private Retrieval retrieval(Path data, Path model, Path embeddings) {
    storage.delete(embeddings);
    new Embed(spark, List.of(Split.VALIDATION))
        .model(model.toString())
        .data(data.toString())
        .output(embeddings.toString())
        .execute();
    MeasureSettings how = MeasureSettings.of(settings);
    return new EmbeddingReader(spark, EmbeddingColumns.of(Settings.defaults()))
        .read(embeddings, how.maxPoints(), how.seed())
        .pairs()
        .retrieval(how.seed());
  }
}
