// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.Serializable;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * What an encoder is: a function from one side of a pair to {@link #dimension()} numbers, with flat
 * parameters. It is a description, free of state; {@link #kernel} does the work. Its twin is the
 * same function as layers of a DL4J graph, and both lay out their parameters alike.
 */
public interface Encoder extends Serializable {

  /** How many parameters. */
  int parameterCount();

  /** Width of the output. */
  int dimension();

  /** Multiplications that encoding a row takes, about: what decides how long a training step is. */
  default long multiplications() {
    return parameterCount();
  }

  /** Whether a kernel holds the parameters once more, so that many of them take much memory. */
  default boolean kernelHoldsParameters() {
    return false;
  }

  /** Draws initial parameters into {@code parameters[offset, offset + parameterCount())}. */
  void initialise(float[] parameters, int offset, RandomGenerator random);

  /**
   * Working memory and arithmetic for batches of up to {@code maximumRows} rows, for one thread.
   */
  EncoderKernel kernel(int maximumRows);

  /** What the twin takes as input. */
  InputType inputType();

  /**
   * Adds the twin's layers to a graph whose input {@code name} is there already.
   *
   * @return the name of the layer that gives the output
   */
  String addLayers(GraphBuilder builder, String name);
}
