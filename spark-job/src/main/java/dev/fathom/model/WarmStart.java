// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.BuiltInEncoder;
import dev.fathom.encoder.Encoder;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.slf4j.LoggerFactory;

/**
 * Earlier models whose encoders training starts from.
 *
 * @param x directory of a model that gives the first encoder
 * @param y directory of a model that gives the second encoder
 */
public record WarmStart(Optional<String> x, Optional<String> y) {
  /*
   * Everything is taken over but what belongs to words: a vocabulary is counted anew for every dataset, so the embedding
   * of a word goes to wherever the word stands now, and a word that the earlier one did not have keeps its random start.
   * The table is the first of an encoder's parameters, one column of vocabulary-size floats for each dimension; what
   * comes after it does not depend on the words.
   */

  private static final String KEY_X = "model.x.init";
  private static final String KEY_Y = "model.y.init";

  /** A training that starts from random parameters only. */
  public static final WarmStart NONE = new WarmStart(Optional.empty(), Optional.empty());

  static WarmStart of(Settings settings) {
    return new WarmStart(settings.text(KEY_X), settings.text(KEY_Y));
  }

  /** The directories of the earlier models, by the keys that name them. */
  public Map<String, String> inputs() {
    Map<String, String> inputs = new HashMap<>();
    x.ifPresent(directory -> inputs.put(KEY_X, directory));
    y.ifPresent(directory -> inputs.put(KEY_Y, directory));
    return inputs;
  }

  /**
   * Replaces random parameters by those of the earlier models.
   *
   * @param model settings of the model, resolved
   * @param parameters parameters of both encoders, x's first; overwritten
   * @throws FathomException of usage naming what does not fit
   */
  void apply(Storage storage, ModelSettings model, Towers towers, Sides sides, float[] parameters) {
    x.ifPresent(
        directory -> {
          Earlier earlier = Earlier.read(storage, directory, true);
          take(KEY_X, earlier, model.x(), towers.x(), sides.x(), parameters, 0);
        });
    y.ifPresent(
        directory -> {
          Earlier earlier = Earlier.read(storage, directory, false);
          take(KEY_Y, earlier, model.y(), towers.y(), sides.y(), parameters, towers.yOffset());
        });
  }

  /** The sides that the two encoders read now. */
  record Sides(Side x, Side y) {}

  /** An encoder of an earlier model, and where it is from. */
  private record Earlier(String directory, ModelCard.Tower tower, float[] parameters) {
    static Earlier read(Storage storage, String directory, boolean first) {
      ModelFiles files = new ModelFiles(storage, new Path(directory));
      ModelCard card = files.readCard();
      ModelCard.Tower tower = first ? card.x() : card.y();
      return new Earlier(directory, tower, files.readEncoder(tower).parameters());
    }
  }

  private static void take(
      String key,
      Earlier earlier,
      EncoderSpec spec,
      Encoder encoder,
      Side side,
      float[] parameters,
      int offset) {
    requireFit(key, earlier, spec, side);
    Side before = earlier.tower().reads();
    int width = side.modality() == Modality.TEXT ? tableWidth(spec) : 0;
    int table = width * side.vocabulary().size();
    int tableBefore = width * before.vocabulary().size();
    int rest = encoder.parameterCount() - table;
    if (earlier.parameters().length - tableBefore != rest) {
      throw FathomException.usage(
          "%s = %s does not fit: it has %d parameters where %d are asked for",
          key, earlier.directory(), earlier.parameters().length, encoder.parameterCount());
    }
    System.arraycopy(earlier.parameters(), tableBefore, parameters, offset + table, rest);
    int known = takeWords(before, earlier.parameters(), side, width, parameters, offset);
    // The logger is no field, as settings are also read by commands that log nothing, and logging
    // takes long to start.
    LoggerFactory.getLogger(WarmStart.class)
        .info(
            "train   {} starts from {}{}",
            key.substring("model.".length(), key.lastIndexOf('.')),
            Secrets.masked(earlier.directory()),
            width == 0
                ? ""
                : ", which knows %,d of %,d words".formatted(known, side.vocabulary().size()));
  }

  /** Copies the embeddings of the words that both vocabularies have, and returns their number. */
  private static int takeWords(
      Side before, float[] learned, Side side, int width, float[] parameters, int offset) {
    Map<String, Integer> numbers = new HashMap<>();
    for (String word : width == 0 ? List.<String>of() : before.vocabulary()) {
      numbers.putIfAbsent(word, numbers.size());
    }
    int known = 0;
    int words = side.vocabulary().size();
    for (int word = 0; width > 0 && word < words; word++) {
      Integer was = numbers.get(side.vocabulary().get(word));
      if (was != null) {
        known++;
        for (int c = 0; c < width; c++) {
          parameters[offset + c * words + word] = learned[c * before.vocabulary().size() + was];
        }
      }
    }
    return known;
  }

  /** Width of the table that an encoder's parameters begin with; 0 if there is none. */
  private static int tableWidth(EncoderSpec spec) {
    return spec.kind() == BuiltInEncoder.TOKEN_BAG || spec.kind() == BuiltInEncoder.TRANSFORMER
        ? spec.hidden().get(0)
        : 0;
  }

  private static void requireFit(String key, Earlier earlier, EncoderSpec spec, Side side) {
    EncoderSpec was = earlier.tower().encoder();
    EncoderSpec is = spec.masked();
    Side before = earlier.tower().reads();
    List<String> differences = new ArrayList<>();
    add(differences, "its encoder", was.kind().written(), is.kind().written());
    add(differences, "its hidden sizes", was.hidden(), is.hidden());
    add(differences, "its dimension", was.dimension(), is.dimension());
    add(
        differences,
        "its input",
        Settings.written(before.modality()),
        Settings.written(side.modality()));
    // A bag has no positions.
    if (spec.kind() != BuiltInEncoder.TOKEN_BAG) {
      add(differences, "the shape of its input", before.shape(), side.shape());
    }
    if (tableWidth(spec) == 0 && !before.vocabulary().equals(side.vocabulary())) {
      differences.add(
          "its vocabulary is another one, of which token-bag and transformer alone take over the words that both know");
    }
    if (!before.frozen().map(Backbone::anywhere).equals(side.frozen().map(Backbone::anywhere))) {
      differences.add("the frozen network of its input is another one");
    }
    if (!differences.isEmpty()) {
      throw FathomException.usage(
          "%s = %s does not fit: %s", key, earlier.directory(), String.join(", ", differences));
    }
  }

  private static void add(List<String> differences, String what, Object was, Object is) {
    if (!was.equals(is)) {
      differences.add("%s is %s, and %s is asked for".formatted(what, was, is));
    }
  }
}
