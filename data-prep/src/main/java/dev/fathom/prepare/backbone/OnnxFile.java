// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/** An ONNX file, which is checked before a runtime opens it: it must not refer to other files. */
final class OnnxFile {

  /*
   * ONNX is Protocol Buffers: fields of a number and a type, some of them messages in turn. Walked are
   * the messages in which tensors and operators stand, by the numbers of onnx.proto3. A tensor whose
   * data_location (14) is EXTERNAL (1), or that has external_data (13), names a file, which a runtime
   * would open wherever it is.
   */
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private static final int GRAPH_OF_MODEL = 7;
  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;
  private static final int OPERATOR = 4;
  private static final int MOST_DEPTH = 64;

  /** Largest number of bytes, as more do not fit into an array. */
  private static final long MOST_BYTES = Integer.MAX_VALUE - 8L;

  private final byte[] content;
  private boolean graph;
  private boolean external;
  private boolean dynamicallyQuantised;

  /** The messages that are walked, each with the messages in it by their field numbers. */
  private enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE_TENSOR,
    TENSOR,
    FUNCTION,
    TRAINING;

    private static final Map<Message, Map<Integer, Message>> WITHIN =
        Map.of(
            MODEL, Map.of(GRAPH_OF_MODEL, GRAPH, 20, TRAINING, 25, FUNCTION),
            GRAPH, Map.of(1, NODE, 5, TENSOR, 15, SPARSE_TENSOR),
            NODE, Map.of(5, ATTRIBUTE),
            ATTRIBUTE,
                Map.of(
                    5,
                    TENSOR,
                    6,
                    GRAPH,
                    10,
                    TENSOR,
                    11,
                    GRAPH,
                    22,
                    SPARSE_TENSOR,
                    23,
                    SPARSE_TENSOR),
            SPARSE_TENSOR, Map.of(1, TENSOR, 2, TENSOR),
            TENSOR, Map.of(),
            FUNCTION, Map.of(7, NODE, 11, ATTRIBUTE),
            TRAINING, Map.of(1, GRAPH, 2, GRAPH));

    Message at(int field) {
      return WITHIN.get(this).get(field);
    }
  }

  private OnnxFile(byte[] content) {
    this.content = content;
  }

  /**
   * Reads a file.
   *
   * @param key key of the setting that names the file
   * @throws FathomException of usage if the file does not exist, of data if it is no ONNX model or
   *     keeps its numbers in other files
   */
  static OnnxFile read(Storage storage, String path, String key) {
    return read(content(storage, path, key), path, key);
  }

  static OnnxFile read(byte[] content, String path, String key) {
    OnnxFile file = new OnnxFile(content);
    try {
      file.walk(ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN), Message.MODEL, MOST_DEPTH);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw broken(path, key).causedBy(e);
    }
    if (!file.graph) {
      throw broken(path, key);
    }
    if (file.external) {
      throw FathomException.data(
          "%s = %s keeps its numbers in other files, which are not followed; save it as one file (onnx.save_model(model, path), without save_as_external_data)",
          key, path);
    }
    return file;
  }

  private static FathomException broken(String path, String key) {
    return FathomException.data("%s = %s is no ONNX model, or a broken one", key, path);
  }

  /** Reads the content of a file that a setting names. */
  static byte[] content(Storage storage, String path, String key) {
    try {
      Path file = new Path(path);
      long length = storage.isFile(file) ? storage.length(file) : -1;
      if (length < 0) {
        throw FathomException.usage("%s = %s is not there, or no file", key, path);
      }
      if (length > MOST_BYTES) {
        throw FathomException.data(
            "%s = %s has %d bytes, and at most %d are taken; export it as float32 without what is not needed, or quantise it",
            key, path, length, MOST_BYTES);
      }
      return storage.read(file);
    } catch (IllegalArgumentException e) {
      throw FathomException.usage("%s = %s is no path: %s", key, path, e.getMessage()).causedBy(e);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof FileNotFoundException) {
        throw FathomException.usage("%s = %s is not there", key, path).causedBy(e);
      }
      throw FathomException.data("%s = %s cannot be read: %s", key, path, e.getMessage())
          .causedBy(e);
    }
  }

  /** The content of the file, not a copy. */
  byte[] content() {
    return content;
  }

  /**
   * Whether activations are quantised while the network runs, over the whole batch, so that a row's
   * features depend on the rows beside it.
   */
  boolean isDynamicallyQuantised() {
    return dynamicallyQuantised;
  }

  private void walk(ByteBuffer in, Message message, int depth) {
    if (depth == 0) {
      throw new IllegalArgumentException("nested too deeply");
    }
    while (in.hasRemaining()) {
      long tag = varint(in);
      // As protobuf reads it: the low 32 bits only.
      int field = (int) tag >>> 3;
      switch ((int) tag & 7) {
        case VARINT -> {
          long value = varint(in);
          external |= message == Message.TENSOR && field == DATA_LOCATION && (int) value == 1;
        }
        case FIXED64 -> skip(in, Long.BYTES);
        case FIXED32 -> skip(in, Integer.BYTES);
        case BYTES -> bytes(in, message, field, depth);
        default -> throw new IllegalArgumentException("an unknown type of field");
      }
    }
  }

  private void bytes(ByteBuffer in, Message message, int field, int depth) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer part = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
    skip(in, (int) length);
    graph |= message == Message.MODEL && field == GRAPH_OF_MODEL;
    external |= message == Message.TENSOR && field == EXTERNAL_DATA;
    if (message == Message.NODE && field == OPERATOR) {
      dynamicallyQuantised |=
          StandardCharsets.UTF_8.decode(part).toString().startsWith("DynamicQuantize");
    } else if (message.at(field) != null) {
      walk(part, message.at(field), depth - 1);
    }
  }

  private static void skip(ByteBuffer in, int bytes) {
    in.position(in.position() + bytes);
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 64 bits");
  }
}
