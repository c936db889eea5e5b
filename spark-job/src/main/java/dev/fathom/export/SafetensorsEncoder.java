// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

import dev.fathom.data.Safetensors;
import dev.fathom.encoder.EncoderGraphs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters of a DL4J graph by the names of its layers. Parameters of the built-in encoders
 * have PyTorch's names and order: weights of a dense layer as out × in, of a convolution as out ×
 * in × height × width, a table as words × width. Other graphs keep DL4J's.
 */
final class SafetensorsEncoder {
  /** PyTorch's names by DL4J's names of parameters. */
  private static final Map<String, String> NAMES =
      Map.of(
          "W", "weight",
          "b", "bias",
          "g", "norm.weight",
          "Wq", "query.weight",
          "Wk", "key.weight",
          "Wv", "value.weight",
          "Wo", "output.weight");

  private SafetensorsEncoder() {}

  /** All parameters, in the order of the graph's layers. */
  static List<Safetensors.Tensor> tensors(ComputationGraph graph) {
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    for (String vertex : graph.getConfiguration().getVertices().keySet()) {
      if (graph.getVertex(vertex).numParams() > 0) {
        graph
            .getVertex(vertex)
            .paramTable(false)
            .forEach(
                (kind, values) ->
                    tensors.add(tensor(vertex, kind, isDense(graph, vertex, kind), values)));
      }
    }
    return tensors;
  }

  private static boolean isDense(ComputationGraph graph, String vertex, String kind) {
    return kind.equals("W")
        && graph.getVertex(vertex).getLayer().conf().getLayer() instanceof DenseLayer;
  }

  private static Safetensors.Tensor tensor(
      String vertex, String kind, boolean dense, INDArray found) {
    String layer =
        vertex.startsWith(EncoderGraphs.INPUT + ".")
            ? vertex.substring(EncoderGraphs.INPUT.length() + 1)
            : vertex;
    INDArray values = found;
    if (dense) {
      values = found.transpose();
    } else if (found.rank() == 2 && found.size(0) == 1) {
      values = found.reshape(found.length());
    } else if (kind.matches("W[qkv]")) {
      // The heads one after another.
      values = found.dup('c').reshape('c', found.size(0) * found.size(1), found.size(2));
    }
    return Safetensors.Tensor.of(
        layer + "." + NAMES.getOrDefault(kind, kind),
        values.dup('c').data().asFloat(),
        values.shape());
  }
}
