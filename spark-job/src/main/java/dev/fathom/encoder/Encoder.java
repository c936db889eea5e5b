// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.Serializable;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * A function from one side of a pair to {@link #dimension()} numbers, with flat parameters. An
 * encoder is a description without state; its {@link #kernel} computes. Its twin is the same
 * function as layers of a DL4J graph, with the same layout of parameters.
 */
public interface Encoder extends Serializable {

  /** Number of parameters. */
  int parameterCount();

  /** Width of the output. */
  int dimension();

  /**
   * Approximate number of multiplications for one row, from which the length of a training step is
   * estimated.
   */
  default long multiplications() {
    return parameterCount();
  }

  /** Whether a kernel has a copy of the parameters, so that several kernels take much memory. */
  default boolean kernelHoldsParameters() {
    return false;
  }

  /** Draws initial parameters into {@code parameters[offset, offset + parameterCount())}. */
  void initialise(float[] parameters, int offset, RandomGenerator random);

  /**
   * Creates working memory and arithmetic for batches of up to {@code maximumRows} rows, for one
   * thread.
   */
  EncoderKernel kernel(int maximumRows);

  /** The input type of the twin. */
  InputType inputType();

  /**
   * Adds the twin's layers to a graph that already has an input {@code name}.
   *
   * @return the name of the layer that gives the output
   */
  String addLayers(GraphBuilder builder, String name);
}
