// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.Serializable;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * The shape of a 3 × 3 convolution with bias over pictures padded by one place of zeros, with
 * stride 1 (same size) or 2 (half the size, rounded up). Parameters: bias, then weights as out × in
 * × 3 × 3, which is DL4J's order.
 *
 * @param height height of the input; {@code width} is its width
 * @param in channels of the input
 * @param out channels of the output
 * @param stride 1 or 2
 * @param offset index of its first parameter among the encoder's
 */
record Convolution(int height, int width, int in, int out, int stride, int offset)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Height and width of the kernel. */
  static final int SIDE = 3;

  /** Number of places that the kernel reads. */
  static final int TAPS = SIDE * SIDE;

  int outHeight() {
    return (height + stride - 1) / stride;
  }

  int outWidth() {
    return (width + stride - 1) / stride;
  }

  /** Number of places of an output picture. */
  int places() {
    return Math.multiplyExact(outHeight(), outWidth());
  }

  /** Number of inputs that the output at one place depends on. */
  int patch() {
    return TAPS * in;
  }

  int weights() {
    return Math.multiplyExact(out, patch());
  }

  /** Multiplications for one picture. */
  long multiplications() {
    return (long) places() * weights();
  }

  /** Number of floats of an input picture. */
  int inputSize() {
    return Math.multiplyExact(Math.multiplyExact(height, width), in);
  }

  /** Number of floats of an output picture. */
  int outputSize() {
    return Math.multiplyExact(places(), out);
  }

  /** The index after the layer's last parameter. */
  int end() {
    return Math.addExact(offset, Math.addExact(out, weights()));
  }

  /** Draws the initial parameters, uniform within ±1/√(9·in). */
  void initialise(float[] parameters, int start, RandomGenerator random) {
    Initialisation.uniform(parameters, start + offset, out + weights(), patch(), random);
  }

  /** The twin of this layer in a DL4J graph. */
  ConvolutionLayer layer(Activation activation) {
    return new ConvolutionLayer.Builder(SIDE, SIDE)
        .nIn(in)
        .nOut(out)
        .stride(stride, stride)
        .padding(1, 1)
        .convolutionMode(ConvolutionMode.Truncate)
        .dataFormat(CNN2DFormat.NHWC)
        .activation(activation)
        .build();
  }
}
