// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The choice of an encoder for one side. It is kept in {@code model.json}, and is enough to build
 * the encoder again.
 *
 * @param hidden widths of the hidden layers, as {@link BuiltInEncoder} describes for each kind
 * @param dimension width of the embedding
 */
public record EncoderSpec(EncoderKind kind, List<Integer> hidden, int dimension)
    implements Serializable {

  /** Makes the list immutable. */
  public EncoderSpec {
    hidden = List.copyOf(hidden);
    if (kind instanceof GraphFile && !hidden.isEmpty()) {
      throw FathomException.usage(
          "encoder %s has its own widths; leave out the widths %s of hidden layers",
          kind.written(), hidden);
    }
  }

  /**
   * Reads and checks the keys of a side.
   *
   * @param side section of the keys, such as {@code model.x}
   */
  public static EncoderSpec of(Settings settings, String side, int dimension) {
    String key = side + ".encoder";
    List<String> kinds =
        Stream.concat(
                Stream.of(BuiltInEncoder.values()).map(BuiltInEncoder::written),
                Stream.of(GraphFile.PREFIX + "PATH"))
            .toList();
    String kind =
        settings
            .text(key)
            .filter(GraphFile::isWritten)
            .orElseGet(() -> settings.choice(key, kinds));
    return new EncoderSpec(EncoderKind.of(kind), settings.sizes(side + ".hidden"), dimension);
  }

  /** Replaces {@code auto} and missing widths by the defaults for a side. */
  public EncoderSpec resolvedFor(Side side) {
    EncoderKind resolved = kind.resolvedFor(side);
    return new EncoderSpec(resolved, hidden.isEmpty() ? resolved.hidden(side) : hidden, dimension);
  }

  /**
   * Returns a copy without credentials in the path of a graph, which is for messages and cannot be
   * built.
   */
  public EncoderSpec masked() {
    return new EncoderSpec(kind.masked(), hidden, dimension);
  }

  /**
   * Builds the encoder of a resolved specification.
   *
   * @param storage storage from which the file of a graph is read
   */
  public Encoder build(Side side, Storage storage) {
    return kind.build(side, hidden, dimension, storage);
  }

  /** Builds the encoder of a graph that {@link EncoderGraphs#single} made. */
  public Encoder rebuild(Side side, ComputationGraph graph) {
    return kind.rebuild(side, hidden, dimension, graph);
  }
}
