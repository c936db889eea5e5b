// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;

/**
 * Reads and writes the zips of DL4J's {@link ModelSerializer}. DL4J is given only the configuration
 * and the parameters of a zip, as it would deserialise any other entry as Java objects, whether
 * asked to or not.
 */
public final class GraphZip {
  private static final Set<String> READ =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          ModelSerializer.NO_PARAMS_MARKER);

  private GraphZip() {}

  /** Writes a graph as a zip, without an updater. */
  public static byte[] written(ComputationGraph graph) {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try {
      ModelSerializer.writeModel(graph, zip, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return zip.toByteArray();
  }

  /**
   * Reads the graph in a zip.
   *
   * @throws IOException if the zip holds no graph
   */
  public static ComputationGraph read(byte[] zip) throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
        ZipOutputStream out = new ZipOutputStream(kept)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (READ.contains(entry.getName())) {
          out.putNextEntry(new ZipEntry(entry.getName()));
          in.transferTo(out);
        }
      }
    }
    return ModelSerializer.restoreComputationGraph(
        new ByteArrayInputStream(kept.toByteArray()), false);
  }
}
