// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;

/**
 * Reads zips of DL4J's {@link ModelSerializer}. It gets to see the configuration and the parameters
 * alone: what else there is in a zip it would deserialise as Java objects, asked or not.
 */
public final class GraphZip {
  private static final Set<String> READ =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          ModelSerializer.NO_PARAMS_MARKER);

  private GraphZip() {}

  /**
   * The graph in a zip.
   *
   * @throws IOException if there is none
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
