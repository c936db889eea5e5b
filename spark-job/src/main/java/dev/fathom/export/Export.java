// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.data.Safetensors;
import dev.fathom.data.Side;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelCard;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.SimilarityKind;
import dev.fathom.output.OutputDirectory;
import dev.fathom.output.StageProvenance;
import dev.fathom.prepare.backbone.BackboneSettings;
import dev.fathom.prepare.backbone.ModelNetwork;
import dev.fathom.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/**
 * The stage {@code export}, from a model to files for other tools: {@code x} and {@code y} in one
 * format, the vocabulary of a text beside them, and {@code export.json}, which describes the input
 * of each.
 */
public final class Export {
  private static final String COMMAND = "export";
  private static final String MODEL = "model";

  private final Storage storage;
  private final ExportFormat format;
  private final boolean overwrite;
  private BackboneSettings networks = BackboneSettings.NONE;
  private ModelFiles model;
  private OutputDirectory output;

  /**
   * Creates an export to this format.
   *
   * @param overwrite whether an output that exists may be replaced
   */
  public Export(Storage storage, ExportFormat format, boolean overwrite) {
    this.storage = storage;
    this.format = format;
    this.overwrite = overwrite;
  }

  /**
   * Sets where the files of frozen networks are now; a network that the settings do not name is
   * where it was.
   */
  public Export networks(BackboneSettings moved) {
    networks = moved;
    return this;
  }

  /** Sets the model directory. */
  public Export model(String directory) {
    model = new ModelFiles(storage, new Path(directory));
    return this;
  }

  /** Sets the output directory: absent, empty, or with the same export. */
  public Export output(String directory) {
    output = new OutputDirectory(storage, new Path(directory));
    return this;
  }

  /**
   * The content of {@code export.json}.
   *
   * @param temperature τ at the end of training
   * @param bias b at the end of training
   * @param nested widths of the prefixes that were trained to be embeddings of their own, the whole
   *     width the last; empty if only whole embeddings were trained
   * @param dataset fingerprint of the dataset that the model was trained on
   */
  record Card(
      String format,
      SimilarityKind similarity,
      double temperature,
      double bias,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Integer> nested,
      String dataset,
      Tower x,
      Tower y) {}

  /**
   * One side of the export.
   *
   * @param file name of the file in the format
   * @param encoder kind of the encoder
   * @param hidden widths of the hidden layers
   * @param dimension width of the embedding
   * @param reads modality of the input
   * @param shape shape of a row of the input
   * @param mean mean of the training pairs, by column or colour channel; colours are from 0 to 1
   * @param standardDeviation standard deviation of the training pairs, likewise
   * @param vocabulary file of the words by their numbers, if the encoder reads any
   * @param tokenizer file that came with the frozen network, if that reads texts and is included
   * @param backbone the frozen network whose features are the input; included in the file of ONNX
   */
  record Tower(
      String file,
      String encoder,
      List<Integer> hidden,
      int dimension,
      Modality reads,
      List<Integer> shape,
      List<Double> mean,
      List<Double> standardDeviation,
      Optional<String> vocabulary,
      Optional<String> tokenizer,
      Optional<Backbone> backbone) {}

  /**
   * Exports, and leaves a complete directory; an existing export of the same model stays as it is.
   *
   * @return the files, in their order
   */
  public List<Path> execute() {
    ModelCard card = model.readCard();
    output.requireApart(model.directory());
    StageProvenance provenance =
        StageProvenance.of(
            COMMAND,
            Map.of(MODEL, model.directory() + " " + storage.state(model.directory())),
            Map.of("format", Settings.written(format)));
    if (!overwrite && output.isComplete(provenance)) {
      return List.of();
    }
    // Everything is translated first, so that an unsupported encoder is refused before any file is
    // written.
    Map<String, Storage.Content> files = new LinkedHashMap<>();
    Tower x = add("x", card.x(), card, files);
    Tower y = add("y", card.y(), card, files);
    output.lock();
    try (OutputDirectory locked = output) {
      locked.claim(overwrite);
      locked.stamp(provenance);
      List<Path> written = new ArrayList<>();
      files.forEach(
          (name, content) -> {
            written.add(new Path(locked.path(), name));
            storage.write(written.get(written.size() - 1), content);
          });
      written.add(card(locked.path()));
      storage.writeJson(
          written.get(written.size() - 1),
          new Card(
              Settings.written(format),
              card.similarity(),
              card.temperature(),
              card.bias(),
              card.nested(),
              card.dataset(),
              x,
              y));
      locked.complete();
      return written;
    }
  }

  /** The path of the card of an export. */
  public static Path card(Path directory) {
    return new Path(directory, "export.json");
  }

  private Tower add(
      String name, ModelCard.Tower tower, ModelCard card, Map<String, Storage.Content> files) {
    String file = name + "." + format.ending();
    Side side = tower.reads();
    Optional<ModelNetwork> network =
        side.frozen().filter(trained -> format == ExportFormat.ONNX).map(this::opened);
    files.put(file, content(name, tower, card, network));
    Optional<String> vocabulary = Optional.empty();
    if (side.modality() == Modality.TEXT) {
      vocabulary = Optional.of(OnnxEncoder.vocabulary(name));
      byte[] words = (String.join("\n", side.vocabulary()) + "\n").getBytes(StandardCharsets.UTF_8);
      files.put(vocabulary.get(), out -> out.write(words));
    }
    Optional<String> tokenizer =
        network.filter(text -> text.tokenizer() != null).map(text -> name + "-tokenizer.json");
    tokenizer.ifPresent(at -> files.put(at, out -> out.write(network.get().tokenizer())));
    return new Tower(
        file,
        tower.encoder().kind().written(),
        tower.encoder().hidden(),
        tower.encoder().dimension(),
        side.modality(),
        side.shape(),
        side.mean(),
        side.standardDeviation(),
        vocabulary,
        tokenizer,
        side.frozen());
  }

  private ModelNetwork opened(Backbone trained) {
    return ModelNetwork.open(
        storage, trained, BackboneSettings.of(model.readCard().networks()).at(networks));
  }

  private Storage.Content content(
      String name, ModelCard.Tower tower, ModelCard card, Optional<ModelNetwork> network) {
    switch (format) {
      case ONNX -> {
        byte[] onnx =
            OnnxEncoder.translate(
                model.readGraph(tower),
                tower.reads(),
                network.map(ModelNetwork::model),
                tower.encoder().dimension(),
                name,
                tower.encoder().kind().written());
        return out -> out.write(onnx);
      }
      case SAFETENSORS -> {
        List<Safetensors.Tensor> tensors = SafetensorsEncoder.tensors(model.readGraph(tower));
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("format", "pt");
        metadata.put("encoder", tower.encoder().kind().written());
        metadata.put("similarity", Settings.written(card.similarity()));
        metadata.put("norm", Double.toString(tower.norm()));
        return out -> Safetensors.write(out, metadata, tensors);
      }
      default -> {
        byte[] zip = storage.read(model.file(tower));
        return out -> out.write(zip);
      }
    }
  }
}
