// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import dev.fathom.encoder.Column;
import dev.fathom.encoder.Encoder;
import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An encoder's DL4J twin in double precision, so that finite differences are exact to more digits
 * than single precision has.
 */
public final class DoubleTwin {
  private final ComputationGraph graph;
  private final INDArray[] inputs;
  private final INDArray[] masks;

  /** The twin for some rows of a column. */
  public DoubleTwin(EncoderCase given, Column column, int... chosen) {
    Encoder encoder = given.encoder();
    graph =
        EncoderCase.twin(encoder, new float[encoder.parameterCount()])
            .convertDataType(DataType.DOUBLE);
    inputs = doubles(given.inputs(column, chosen));
    masks = doubles(given.masks(column, chosen));
  }

  /** The outputs at parameters laid out as the encoder's are, row-major. */
  public double[] output(double[] parameters) {
    graph.setParams(Nd4j.createFromArray(parameters).reshape(1, parameters.length));
    return graph.output(false, inputs, masks)[0].dup('c').data().asDouble();
  }

  private static INDArray[] doubles(INDArray[] arrays) {
    return arrays == null
        ? null
        : Arrays.stream(arrays).map(a -> a.castTo(DataType.DOUBLE)).toArray(INDArray[]::new);
  }
}
