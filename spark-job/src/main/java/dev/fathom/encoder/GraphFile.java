// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Side;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A saved DL4J graph as an encoder.
 *
 * @param path path of the graph's file
 */
record GraphFile(String path) implements EncoderKind {
  static final String PREFIX = "graph:";

  /** Whether a name of the configuration means a saved graph. */
  static boolean isWritten(String name) {
    return name.startsWith(PREFIX) && name.length() > PREFIX.length();
  }

  static GraphFile of(String written) {
    return new GraphFile(written.substring(PREFIX.length()));
  }

  @Override
  public String written() {
    return PREFIX + path;
  }

  /** The list is empty, as the graph has its own layers. */
  @Override
  public List<Integer> hidden(Side side) {
    return List.of();
  }

  @Override
  public GraphFile masked() {
    return of(Secrets.masked(written()));
  }

  @Override
  public Encoder build(Side side, List<Integer> hidden, int dimension, Storage storage) {
    return SavedGraph.read(storage, new Path(path)).encoder(side, dimension);
  }

  @Override
  public Encoder rebuild(Side side, List<Integer> hidden, int dimension, ComputationGraph graph) {
    return SavedGraph.ofModel(written(), graph).encoder(side, dimension);
  }
}
