// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.fathom.data.Backbone;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.image.ImageDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * Computes the features of pictures by a frozen network, one picture per run: a batch is no faster
 * on a CPU, and this way no other picture can change its features. For one thread.
 */
public final class PictureFeatures {
  private static final int CHANNELS = 3;
  private static final int VALUES = 256;

  private final FrozenNetwork network;
  private final Backbone backbone;
  private final Layout layout;
  private final FloatBuffer pixels;

  /** The network's input for each byte of each channel, in the network's order of channels. */
  private final float[][] lookup = new float[CHANNELS][VALUES];

  /**
   * The layout of a network's picture input.
   *
   * @param name name of the input
   * @param channelsFirst whether each channel is a plane of its own
   * @param size number of pixels on a side, 0 if the network takes any
   */
  record Layout(String name, boolean channelsFirst, int size) {

    /** Finds the layout of a network; fails if it does not take pictures. */
    static Layout of(FrozenNetwork network, String path) {
      Map.Entry<String, TensorInfo> input = network.inputs().entrySet().iterator().next();
      long[] shape = input.getValue().getShape();
      boolean first = shape.length == 4 && shape[1] == CHANNELS;
      boolean last = shape.length == 4 && !first && shape[3] == CHANNELS;
      boolean unsaid = shape.length == 4 && shape[1] < 0 && shape[3] < 0;
      boolean fits =
          network.inputs().size() == 1
              && input.getValue().type == OnnxJavaType.FLOAT
              && (first || last || unsaid)
              && shape[0] <= 1;
      if (!fits) {
        throw FathomException.data(
            "image.backbone = %s wants %s; taken is a network with one input of float32 [N, 3, height, width] or [N, height, width, 3] with N free or 1: export the image encoder by itself",
            path, network.told());
      }
      int height = (int) Math.max(0, shape[last ? 1 : 2]);
      int width = (int) Math.max(0, shape[last ? 2 : 3]);
      if (height != width && height * width != 0) {
        throw FathomException.data(
            "image.backbone = %s wants pictures of %d × %d pixels, and squares alone are made",
            path, height, width);
      }
      return new Layout(input.getKey(), !last, Math.max(height, width));
    }
  }

  PictureFeatures(FrozenNetwork network, Backbone backbone) {
    this.network = network;
    this.backbone = backbone;
    layout = Layout.of(network, backbone.path());
    Backbone.Picture input = backbone.picture();
    pixels =
        ByteBuffer.allocateDirect(CHANNELS * input.size() * input.size() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int to = 0; to < CHANNELS; to++) {
      int channel = channel(to);
      for (int value = 0; value < VALUES; value++) {
        lookup[to][value] =
            (float) ((value / 255.0 - input.mean().get(channel)) / input.deviation().get(channel));
      }
    }
  }

  /** The channel of a picture that is given to the network at a position. */
  private int channel(int to) {
    return backbone.picture().blueFirst() ? CHANNELS - 1 - to : to;
  }

  /** The description of the network. */
  public Backbone backbone() {
    return backbone;
  }

  /**
   * Computes the features of a picture.
   *
   * @param picture a square, which is resized if its size is not the network's
   * @throws FathomException if the network fails
   */
  public float[] of(ImageDecoder.Picture picture) {
    int size = backbone.picture().size();
    fill(picture.resized(size, size, Backbone.Filter.BICUBIC).rgb());
    long[] shape =
        layout.channelsFirst()
            ? new long[] {1, CHANNELS, size, size}
            : new long[] {1, size, size, CHANNELS};
    try (OnnxTensor tensor = OnnxTensor.createTensor(FrozenNetwork.environment(), pixels, shape)) {
      return network
          .run(
              Map.of(layout.name(), tensor),
              backbone.output(),
              backbone.pooling(),
              Integer.MAX_VALUE,
              !layout.channelsFirst())[0];
    } catch (OrtException e) {
      throw Backbones.failed("image.backbone", backbone.path(), e);
    }
  }

  /** The network's input for a picture, in its order. */
  float[] input(byte[] rgb) {
    fill(rgb);
    float[] values = new float[pixels.capacity()];
    pixels.get(0, values);
    return values;
  }

  private void fill(byte[] rgb) {
    int places = rgb.length / CHANNELS;
    for (int to = 0; to < CHANNELS; to++) {
      int channel = channel(to);
      for (int place = 0; place < places; place++) {
        float value = lookup[to][rgb[CHANNELS * place + channel] & 0xff];
        pixels.put(layout.channelsFirst() ? to * places + place : CHANNELS * place + to, value);
      }
    }
  }
}
