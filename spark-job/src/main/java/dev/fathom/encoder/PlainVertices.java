// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.error.FathomException;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.activations.impl.ActivationRReLU;

/**
 * Turns the vertices of a saved graph into plain functions, and refuses vertices that are not
 * deterministic.
 *
 * @param name name of the graph, for messages
 */
record PlainVertices(String name) {
  /*
   * Only the function from input to output is taken over: the updater, learning rates, regularisation, constraints and
   * loss of the graph are not used, for the training here brings its own. A layer must be the same function in every
   * pass, since a step has to be a pure function of parameters and pairs. Dropout and its kin draw random numbers. Batch
   * normalisation depends on the rest of the batch, and keeps running statistics as parameters whose "gradient" is the
   * step to be taken, which Adam would turn into one of another size. Frozen, both are plain functions.
   *
   * Layers that DL4J 1.0.0-M2.1 computes by SameDiff (attention, locally connected ones) return twice their gradient, and
   * so do all layers before them; beside any other path the sum then points elsewhere than downhill.
   */

  /** Returns the vertex that stands for a saved vertex in an encoder. */
  GraphVertex of(String vertex, GraphVertex source) {
    if (source instanceof LastTimeStepVertex
        || source instanceof ReverseTimeSeriesVertex
        || source instanceof DuplicateToTimeSeriesVertex) {
      throw FathomException.usage(
          "encoder %s: vertex %s refers to another by its name, which an encoder's vertices do not keep; use a layer instead, such as LastTimeStep",
          name, vertex);
    }
    if (source instanceof SameDiffVertex) {
      throw wrongGradient(vertex);
    }
    if (!(source instanceof LayerVertex layer)) {
      return source;
    }
    NeuralNetConfiguration settings = layer.getLayerConf();
    nested(settings.getLayer()).forEach(inner -> requireFunction(vertex, inner));
    settings.setLayer(withoutLoss(vertex, settings.getLayer()));
    return new LayerVertex(settings, layer.getPreProcessor());
  }

  private void requireFunction(String vertex, Layer layer) {
    boolean random =
        layer.getIDropout() != null
            || (layer instanceof BaseLayer base
                && (base.getWeightNoise() != null
                    || base.getActivationFn() instanceof ActivationRReLU));
    if (random) {
      throw FathomException.usage(
          "encoder %s: layer %s draws random numbers (dropout, weight noise or RReLU), and the same seed could not give the same model; "
              + "save the graph without",
          name, vertex);
    }
    if (layer instanceof AbstractSameDiffLayer) {
      throw wrongGradient(vertex);
    }
    if (layer instanceof BatchNormalization) {
      throw FathomException.usage(
          "encoder %s: layer %s is a batch normalisation, whose running statistics cannot be trained by averaged steps; "
              + "use hasLayerNorm of a dense layer, or freeze it with all that stands before it (TransferLearning)",
          name, vertex);
    }
  }

  private FathomException wrongGradient(String vertex) {
    return FathomException.usage(
        "encoder %s: DL4J gives a wrong gradient for layer %s, which it computes by SameDiff; "
            + "freeze it with all that stands before it (TransferLearning), or use another (encoder transformer has attention)",
        name, vertex);
  }

  /** Returns an output layer without its loss, which is not used: its activation is the output. */
  private Layer withoutLoss(String vertex, Layer layer) {
    Layer plain;
    if (layer instanceof OutputLayer with && layer.getClass() == OutputLayer.class) {
      DenseLayer dense =
          new DenseLayer.Builder()
              .nIn(with.getNIn())
              .nOut(with.getNOut())
              .activation(with.getActivationFn())
              .weightInit(with.getWeightInitFn())
              .biasInit(with.getBiasInit())
              .hasBias(with.hasBias())
              .updater(with.getIUpdater())
              .build();
      plain = dense;
    } else if (layer instanceof LossLayer with) {
      plain = new ActivationLayer(with.getActivationFn());
    } else if (layer instanceof BaseOutputLayer) {
      throw FathomException.usage(
          "encoder %s: layer %s is a %s, whose activation is not an embedding; end the graph in a dense layer",
          name, vertex, layer.getClass().getSimpleName());
    } else {
      return layer;
    }
    plain.setLayerName(layer.getLayerName());
    return plain;
  }

  /** A layer and the layers inside it. Frozen layers are left out, as they are only evaluated. */
  static Stream<Layer> nested(Layer layer) {
    if (layer instanceof FrozenLayer) {
      return Stream.empty();
    }
    Layer inner =
        layer instanceof BaseWrapperLayer wrapper
            ? wrapper.getUnderlying()
            : layer instanceof Bidirectional both ? both.getFwd() : null;
    return inner == null ? Stream.of(layer) : Stream.concat(Stream.of(layer), nested(inner));
  }
}
