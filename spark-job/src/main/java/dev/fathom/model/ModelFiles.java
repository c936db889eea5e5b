// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Side;
import dev.fathom.encoder.Encoder;
import dev.fathom.encoder.EncoderGraphs;
import dev.fathom.encoder.GraphZip;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A model directory: {@code model.json}, and each encoder as a DL4J zip from its input to the
 * finished embedding, which plain DL4J opens.
 */
public record ModelFiles(Storage storage, Path directory) {
  private static final String X_FILE = "x-encoder.zip";
  private static final String Y_FILE = "y-encoder.zip";

  /** Writes a model; the directory is complete when this returns. */
  public void write(
      TrainedModel model,
      ModelSettings resolved,
      DatasetCard data,
      double temperature,
      double bias,
      long seed,
      Map<String, String> settings) {
    Towers towers = model.towers();
    SimilarityKind similarity = resolved.similarity();
    writeGraph(
        X_FILE, towers.x(), SimilarityVertex.of(similarity, model.normX()), model.parameters(), 0);
    writeGraph(
        Y_FILE,
        towers.y(),
        SimilarityVertex.of(similarity, model.normY()),
        model.parameters(),
        towers.yOffset());
    storage.writeJson(
        card(),
        new ModelCard(
            ModelCard.SCHEMA_VERSION,
            similarity,
            temperature,
            bias,
            new ModelCard.Tower(resolved.x().masked(), data.x(), model.normX(), X_FILE),
            new ModelCard.Tower(resolved.y().masked(), data.y(), model.normY(), Y_FILE),
            data.fingerprint(),
            seed,
            settings));
    new OutputDirectory(storage, directory).complete();
  }

  /** Reads the card of a complete model. */
  public ModelCard readCard() {
    if (!new OutputDirectory(storage, directory).isComplete()) {
      throw FathomException.data(
          "%s is not a complete model; give the model directory that train wrote", directory);
    }
    ModelCard card = storage.readJson(card(), ModelCard.class);
    if (card.schemaVersion() != ModelCard.SCHEMA_VERSION) {
      throw FathomException.data(
          "%s has schema version %d, this build reads %d; train again",
          card(), card.schemaVersion(), ModelCard.SCHEMA_VERSION);
    }
    return card;
  }

  /** Reads both encoders, for a dataset whose sides the model can read. */
  public TrainedModel read(ModelCard card, DatasetCard data) {
    requireFit("x", card.x().reads(), data.x());
    requireFit("y", card.y().reads(), data.y());
    ComputationGraph graphX = readGraph(card.x().file());
    ComputationGraph graphY = readGraph(card.y().file());
    Towers towers =
        new Towers(
            card.x().encoder().rebuild(data.x(), graphX),
            card.y().encoder().rebuild(data.y(), graphY),
            card.similarity().similarity(1));
    float[] parameters = new float[towers.parameterCount()];
    EncoderGraphs.getParameters(graphX, EncoderGraphs.INPUT, parameters, 0);
    EncoderGraphs.getParameters(graphY, EncoderGraphs.INPUT, parameters, towers.yOffset());
    return new TrainedModel(towers, parameters, (float) card.x().norm(), (float) card.y().norm());
  }

  private static void requireFit(String name, Side expected, Side found) {
    // How shards store pictures does not matter to the encoder.
    if (!expected.stored(found.encoding()).equals(found)) {
      throw FathomException.data(
          "the model's side %s and the dataset's differ (%s %s with its normalisation and vocabulary, against %s %s); "
              + "embed the dataset that it was trained on, or one prepared with the same card",
          name, expected.modality(), expected.shape(), found.modality(), found.shape());
    }
  }

  private void writeGraph(
      String file, Encoder encoder, GraphVertex vertex, float[] parameters, int offset) {
    storage.write(
        new Path(directory, file),
        GraphZip.written(EncoderGraphs.single(encoder, vertex, parameters, offset)));
  }

  private ComputationGraph readGraph(String file) {
    Path path = new Path(directory, file);
    try {
      return GraphZip.read(storage.read(path));
    } catch (IOException e) {
      throw FathomException.data("%s is not a DL4J model: %s", path, e.getMessage()).causedBy(e);
    }
  }

  /** The path of the card. */
  public Path card() {
    return new Path(directory, "model.json");
  }
}
