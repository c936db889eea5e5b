// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Graphs as a user of DL4J would build them, each of one modality. */
public final class GraphFixtures {
  private GraphFixtures() {}

  /** A chain of layers over a vector. */
  public static ComputationGraphConfiguration chain(int input, Layer... layers) {
    var builder = new NeuralNetConfiguration.Builder().graphBuilder().addInputs("numbers");
    String previous = "numbers";
    for (int l = 0; l < layers.length; l++) {
      builder.addLayer("layer" + l, layers[l], previous);
      previous = "layer" + l;
    }
    return builder.setInputTypes(InputType.feedForward(input)).setOutputs(previous).build();
  }

  /** Two branches of different depth, added up, and an output layer with a loss. */
  public static ComputationGraphConfiguration branches(int input, int output) {
    return new NeuralNetConfiguration.Builder()
        .graphBuilder()
        .addInputs("numbers")
        .addLayer("deep", dense(4, Activation.TANH), "numbers")
        .addLayer("deeper", dense(3, Activation.RELU), "deep")
        .addLayer("shallow", dense(3, Activation.TANH), "numbers")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "deeper", "shallow")
        .addLayer(
            "end",
            new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                .nOut(output)
                .activation(Activation.IDENTITY)
                .build(),
            "sum")
        .setInputTypes(InputType.feedForward(input))
        .setOutputs("end")
        .build();
  }

  /** A convolution and a dense layer over square pictures. */
  public static ComputationGraphConfiguration pictures(int size, CNN2DFormat format, int output) {
    return new NeuralNetConfiguration.Builder()
        .graphBuilder()
        .addInputs("pixels")
        .addLayer(
            "convolution",
            new ConvolutionLayer.Builder(3, 3)
                .nOut(4)
                .convolutionMode(ConvolutionMode.Same)
                .dataFormat(format)
                .activation(Activation.TANH)
                .build(),
            "pixels")
        .addLayer("dense", dense(output, Activation.IDENTITY), "convolution")
        .setInputTypes(InputType.convolutional(size, size, 3, format))
        .setOutputs("dense")
        .build();
  }

  /** A bidirectional LSTM over embedded tokens, and the mean of its outputs. */
  public static ComputationGraphConfiguration captions(
      int vocabulary, int maximumTokens, int output) {
    return new NeuralNetConfiguration.Builder()
        .graphBuilder()
        .addInputs("tokens")
        .addLayer(
            "table",
            new EmbeddingSequenceLayer.Builder()
                .nIn(vocabulary)
                .nOut(6)
                .inputLength(maximumTokens)
                .build(),
            "tokens")
        .addLayer(
            "lstm",
            new Bidirectional(
                Bidirectional.Mode.ADD,
                new LSTM.Builder().nOut(4).activation(Activation.TANH).build()),
            "table")
        .addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), "lstm")
        .addLayer("dense", dense(output, Activation.IDENTITY), "mean")
        .setInputTypes(InputType.recurrent(vocabulary, maximumTokens))
        .setOutputs("dense")
        .build();
  }

  /** A dense layer that takes what comes. */
  public static DenseLayer dense(int output, Activation activation) {
    return new DenseLayer.Builder().nOut(output).activation(activation).build();
  }
}
