// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package plain;

import java.io.File;
import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Feeds saved models as one would who has Deeplearning4j and nothing else; run in a JVM of its own.
 */
public final class OpenModels {
  private OpenModels() {}

  /**
   * Embeds.
   *
   * @param args directories that hold a {@code model.zip}, an {@code input.bin} and where places
   *     are unused a {@code mask.bin}; each receives an {@code embedding.bin}. After {@code --} the
   *     names of classes that must not be there
   */
  public static void main(String[] args) throws IOException {
    int directories = List.of(args).indexOf("--");
    for (int i = directories + 1; i < args.length; i++) {
      requireAbsent(args[i]);
    }
    for (int i = 0; i < directories; i++) {
      embed(new File(args[i]));
    }
  }

  private static void embed(File directory) throws IOException {
    ComputationGraph graph =
        ModelSerializer.restoreComputationGraph(new File(directory, "model.zip"), false);
    INDArray[] input = {Nd4j.readBinary(new File(directory, "input.bin"))};
    File maskFile = new File(directory, "mask.bin");
    INDArray[] mask = maskFile.exists() ? new INDArray[] {Nd4j.readBinary(maskFile)} : null;
    INDArray embedding = graph.output(false, input, mask)[0];
    Nd4j.saveBinary(embedding.dup('c'), new File(directory, "embedding.bin"));
  }

  private static void requireAbsent(String name) {
    try {
      Class.forName(name);
    } catch (ClassNotFoundException expected) {
      return;
    }
    throw new IllegalStateException(name + " is on the class path");
  }
}
