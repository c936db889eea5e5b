// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.fathom.data.Side;
import dev.fathom.files.Storage;
import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A kind of encoder: a built-in one, or a DL4J graph from a file. */
public sealed interface EncoderKind extends Serializable permits BuiltInEncoder, GraphFile {

  /**
   * Finds a kind by its name.
   *
   * @throws IllegalArgumentException if there is no kind of that name
   */
  @JsonCreator
  static EncoderKind of(String written) {
    return GraphFile.isWritten(written) ? GraphFile.of(written) : BuiltInEncoder.of(written);
  }

  /** The kind's name in the configuration and in {@code model.json}. */
  @JsonValue
  String written();

  /** The default widths of the hidden layers for a side. */
  List<Integer> hidden(Side side);

  /** The kind that {@code auto} stands for on a side; any other kind returns itself. */
  default EncoderKind resolvedFor(Side side) {
    return this;
  }

  /** Returns a copy without credentials, which is for messages and cannot be built. */
  default EncoderKind masked() {
    return this;
  }

  /**
   * Builds an encoder.
   *
   * @param storage storage from which the file of a graph is read
   */
  Encoder build(Side side, List<Integer> hidden, int dimension, Storage storage);

  /** Builds the encoder of a graph that {@link EncoderGraphs#single} made. */
  Encoder rebuild(Side side, List<Integer> hidden, int dimension, ComputationGraph graph);
}
