// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files in the safetensors format: eight bytes of header length, a JSON header with shapes and
 * offsets, raw little-endian floats. Other tools can read them, and reading them executes no code.
 */
public final class Safetensors {
  private static final int BUFFER_FLOATS = 1 << 18;
  private static final ObjectMapper JSON = new ObjectMapper();

  private Safetensors() {}

  /**
   * A tensor.
   *
   * @param values row-major, as many as the shape says; owned by the tensor, not copied
   */
  public record Tensor(String name, List<Long> shape, float[] values) {
    /** A tensor of this shape. */
    public static Tensor of(String name, float[] values, long... shape) {
      return new Tensor(name, Arrays.stream(shape).boxed().toList(), values);
    }
  }

  /** The header's entry for a tensor; the names are the format's. */
  public record Entry(String dtype, List<Long> shape, List<Long> data_offsets) {}

  /**
   * Writes a file.
   *
   * @param metadata metadata for readers; the format allows only texts
   * @param tensors tensors in the order of the file, with distinct names
   */
  public static void write(OutputStream out, Map<String, String> metadata, List<Tensor> tensors)
      throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", metadata);
    long offset = 0;
    for (Tensor tensor : tensors) {
      long end = offset + 4L * tensor.values().length;
      header.put(tensor.name(), new Entry("F32", tensor.shape(), List.of(offset, end)));
      offset = end;
    }
    // The format requires the header's length to be a multiple of eight, padded with spaces.
    byte[] json = JSON.writeValueAsBytes(header);
    int padding = (8 - json.length % 8) % 8;
    out.write(
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length + padding)
            .array());
    out.write(json);
    out.write(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
    for (Tensor tensor : tensors) {
      write(tensor.values(), out);
    }
  }

  private static void write(float[] values, OutputStream out) throws IOException {
    byte[] bytes = new byte[4 * Math.min(BUFFER_FLOATS, values.length)];
    FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (int from = 0; from < values.length; from += floats.capacity()) {
      int count = Math.min(floats.capacity(), values.length - from);
      floats.rewind().put(values, from, count);
      out.write(bytes, 0, 4 * count);
    }
  }
}
