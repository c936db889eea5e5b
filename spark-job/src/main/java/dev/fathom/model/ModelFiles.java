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
import java.util.Arrays;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A model directory: {@code model.json}, and a DL4J zip of each encoder, from its input to the
 * finished embedding, which plain DL4J can open.
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
            resolved.nested(),
            data.fingerprint(),
            data.settings(),
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

  /** Reads both encoders for a dataset; fails if the model cannot read its sides. */
  public TrainedModel read(ModelCard card, DatasetCard data) {
    return read(card, data.x(), data.y());
  }

  /** Reads both encoders for two sides; fails if the model cannot read them. */
  public TrainedModel read(ModelCard card, Side sideX, Side sideY) {
    requireFit("x", card.x().reads(), sideX);
    requireFit("y", card.y().reads(), sideY);
    SavedEncoder x = readEncoder(card.x(), sideX);
    SavedEncoder y = readEncoder(card.y(), sideY);
    Towers towers = new Towers(x.encoder(), y.encoder(), card.similarity().similarity(1));
    float[] parameters = Arrays.copyOf(x.parameters(), towers.parameterCount());
    System.arraycopy(y.parameters(), 0, parameters, towers.yOffset(), y.parameters().length);
    return new TrainedModel(towers, parameters, (float) card.x().norm(), (float) card.y().norm());
  }

  /** Reads one encoder, for rows like those that it was trained on. */
  public SavedEncoder readEncoder(ModelCard.Tower tower) {
    return readEncoder(tower, tower.reads());
  }

  private SavedEncoder readEncoder(ModelCard.Tower tower, Side side) {
    ComputationGraph graph = readGraph(tower);
    Encoder encoder = tower.encoder().rebuild(side, graph);
    float[] parameters = new float[encoder.parameterCount()];
    EncoderGraphs.getParameters(graph, EncoderGraphs.INPUT, parameters, 0);
    return new SavedEncoder(encoder, parameters);
  }

  private static void requireFit(String name, Side expected, Side found) {
    if (!expected.isReadAs(found)) {
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

  /** Reads an encoder as the graph from its input to the embedding. */
  public ComputationGraph readGraph(ModelCard.Tower tower) {
    Path path = file(tower);
    try {
      return GraphZip.read(storage.read(path));
    } catch (IOException e) {
      throw FathomException.data("%s is not a DL4J model: %s", path, e.getMessage()).causedBy(e);
    }
  }

  /** The path of an encoder's zip. */
  public Path file(ModelCard.Tower tower) {
    return new Path(directory, tower.file());
  }

  /** The path of the card. */
  public Path card() {
    return new Path(directory, "model.json");
  }
}
