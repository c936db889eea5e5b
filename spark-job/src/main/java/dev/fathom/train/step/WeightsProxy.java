// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.train.step.Weights.Moments;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The serialisation proxy of weights or moments. Java's own serialisation writes the floats one by
 * one, and an array of all their bytes would be another copy.
 */
final class WeightsProxy implements Externalizable {
  private static final long serialVersionUID = 1L;
  private static final int PIECE = 1 << 14;

  private float[][] arrays;

  /** For deserialisation only. */
  public WeightsProxy() {}

  WeightsProxy(Weights weights) {
    arrays =
        new float[][] {weights.parameters(), weights.moments().first(), weights.moments().second()};
  }

  WeightsProxy(Moments moments) {
    arrays = new float[][] {moments.first(), moments.second()};
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeInt(arrays.length);
    for (float[] array : arrays) {
      out.writeInt(array.length);
    }
    byte[] piece = new byte[4 * PIECE];
    FloatBuffer floats = ByteBuffer.wrap(piece).asFloatBuffer();
    for (float[] array : arrays) {
      for (int from = 0; from < array.length; from += PIECE) {
        int count = Math.min(PIECE, array.length - from);
        floats.rewind().put(array, from, count);
        out.write(piece, 0, 4 * count);
      }
    }
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    int[] lengths = new int[in.readInt()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = in.readInt();
    }
    try {
      arrays = Arrays.stream(lengths).mapToObj(float[]::new).toArray(float[][]::new);
    } catch (OutOfMemoryError e) {
      // Reads the rest: if it stayed unread, Java would report that instead of the lack of memory.
      for (long left = 4 * Arrays.stream(lengths).asLongStream().sum(); left > 0; ) {
        left -= in.skipBytes((int) Math.min(left, Integer.MAX_VALUE));
      }
      throw e;
    }
    byte[] piece = new byte[4 * PIECE];
    FloatBuffer floats = ByteBuffer.wrap(piece).asFloatBuffer();
    for (float[] array : arrays) {
      for (int from = 0; from < array.length; from += PIECE) {
        int count = Math.min(PIECE, array.length - from);
        in.readFully(piece, 0, 4 * count);
        floats.rewind().get(array, from, count);
      }
    }
  }

  private Object readResolve() {
    return arrays.length == 2
        ? new Moments(arrays[0], arrays[1])
        : new Weights(arrays[0], new Moments(arrays[1], arrays[2]));
  }
}
