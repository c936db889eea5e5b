// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.common.FathomException;
import dev.fathom.common.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * Where a training stands, saved every few rounds. A checkpoint is one file in the safetensors
 * format (eight bytes of header length, a JSON header with shapes and offsets, raw little-endian
 * floats), so that other tools can read it and nothing in it is ever run. It is written beside its
 * name and renamed; the last few are kept.
 */
final class Checkpoints {
  private static final int KEPT = 3;
  private static final String SUFFIX = ".safetensors";
  private static final List<String> TENSORS = List.of("parameters", "adam.first", "adam.second");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Storage storage;
  private final Path directory;

  Checkpoints(Storage storage, Path directory) {
    this.storage = storage;
    this.directory = directory;
  }

  /** Writes one, and lets the oldest go. */
  void write(TrainingState state) {
    storage.write(path(state.round()), encode(state));
    List<Path> all = all();
    for (Path old : all.subList(0, Math.max(all.size() - KEPT, 0))) {
      storage.delete(old);
    }
  }

  /** The newest one's path. */
  Optional<Path> newest() {
    List<Path> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** Reads one. */
  TrainingState read(Path path) {
    try {
      return decode(ByteBuffer.wrap(storage.read(path)).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException | RuntimeException e) {
      throw FathomException.data("%s is not a checkpoint: %s", path, e.getMessage()).causedBy(e);
    }
  }

  private List<Path> all() {
    List<Path> all = new ArrayList<>();
    for (FileStatus status : storage.list(directory)) {
      if (status.getPath().getName().endsWith(SUFFIX)) {
        all.add(status.getPath());
      }
    }
    return all;
  }

  private Path path(int round) {
    return new Path(directory, String.format(Locale.ROOT, "round-%08d%s", round, SUFFIX));
  }

  private static byte[] encode(TrainingState state) {
    List<float[]> tensors =
        List.of(state.weights().parameters(), state.weights().first(), state.weights().second());
    Map<String, Object> header = new LinkedHashMap<>();
    GlobalTemperature.State temperature = state.temperature();
    header.put(
        "__metadata__",
        Map.of(
            "round", Integer.toString(state.round()),
            "step", Long.toString(state.step()),
            "logTemperature", Double.toString(temperature.logTemperature()),
            "temperature.first", Double.toString(temperature.first()),
            "temperature.second", Double.toString(temperature.second()),
            "temperature.steps", Long.toString(temperature.steps())));
    long offset = 0;
    for (int i = 0; i < TENSORS.size(); i++) {
      long end = offset + 4L * tensors.get(i).length;
      header.put(
          TENSORS.get(i),
          Map.of(
              "dtype",
              "F32",
              "shape",
              List.of(tensors.get(i).length),
              "data_offsets",
              List.of(offset, end)));
      offset = end;
    }
    byte[] json = toJson(header);
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.toIntExact(8 + json.length + offset))
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(json.length).put(json);
    for (float[] tensor : tensors) {
      buffer.asFloatBuffer().put(tensor);
      buffer.position(buffer.position() + 4 * tensor.length);
    }
    return buffer.array();
  }

  private static TrainingState decode(ByteBuffer buffer) throws IOException {
    byte[] json = new byte[Math.toIntExact(buffer.getLong())];
    buffer.get(json);
    Map<?, ?> header = JSON.readValue(json, Map.class);
    Map<?, ?> metadata = (Map<?, ?>) header.get("__metadata__");
    List<float[]> tensors = new ArrayList<>();
    for (String name : TENSORS) {
      List<?> shape = (List<?>) ((Map<?, ?>) header.get(name)).get("shape");
      float[] tensor = new float[(Integer) shape.get(0)];
      buffer.asFloatBuffer().get(tensor);
      buffer.position(buffer.position() + 4 * tensor.length);
      tensors.add(tensor);
    }
    return new TrainingState(
        (int) number(metadata, "round"),
        (long) number(metadata, "step"),
        new Weights(tensors.get(0), tensors.get(1), tensors.get(2)),
        new GlobalTemperature.State(
            number(metadata, "logTemperature"),
            number(metadata, "temperature.first"),
            number(metadata, "temperature.second"),
            (long) number(metadata, "temperature.steps")));
  }

  private static double number(Map<?, ?> metadata, String name) {
    return Double.parseDouble((String) metadata.get(name));
  }

  private static byte[] toJson(Map<String, Object> header) {
    try {
      // The format wants the header's length to be a multiple of eight, padded with spaces.
      String json = JSON.writeValueAsString(header);
      return (json + " ".repeat((8 - json.length() % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
