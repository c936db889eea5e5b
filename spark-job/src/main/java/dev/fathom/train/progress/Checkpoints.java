// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.data.Safetensors;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import dev.fathom.train.progress.TrainingState.Best;
import dev.fathom.train.progress.TrainingState.Count;
import dev.fathom.train.progress.TrainingState.Learned;
import dev.fathom.train.progress.TrainingState.Validations;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.Temperature.Scalar;
import dev.fathom.train.step.Weights.Moments;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a training, written every few rounds. A checkpoint is one file in the
 * safetensors format (eight bytes of header length, a JSON header with shapes and offsets, raw
 * little-endian floats), so other tools can read it, and reading it executes no code. The file is
 * written under another name and then renamed. The last few are kept. A checkpoint holds the
 * settings of its training, and a training with other settings refuses it.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final int KEPT = 3;
  private static final int BUFFER_FLOATS = 1 << 18;

  /** Largest size of a header in bytes; a file that claims more is not a checkpoint. */
  private static final int LONGEST_HEADER = 1 << 26;

  private static final String SUFFIX = ".safetensors";
  private static final String PARAMETERS = "parameters";
  private static final String FIRST = "adam.first.";
  private static final String SECOND = "adam.second.";
  private static final String VELOCITY = "velocity";
  private static final String BEST = "best.parameters";

  /** A setting that older checkpoints lack; they were written by averaging workers. */
  private static final String MODE = "training.mode";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Storage storage;
  private final Path directory;
  private final Map<String, String> settings;

  /**
   * @param settings settings that a checkpoint must have been written with
   */
  public Checkpoints(Storage storage, Path directory, Map<String, String> settings) {
    this.storage = storage;
    this.directory = directory;
    this.settings = settings;
  }

  /**
   * Writes a checkpoint. Deletes the oldest checkpoint, and all of later rounds, which are no
   * longer valid.
   */
  public void write(TrainingState state) {
    Path newest = path(state.round());
    storage.write(newest, out -> encode(state, out));
    Map<Boolean, List<Path>> later =
        all().stream()
            .collect(
                Collectors.partitioningBy(path -> path.getName().compareTo(newest.getName()) > 0));
    later.get(true).forEach(storage::delete);
    List<Path> done = later.get(false);
    done.subList(0, Math.max(done.size() - KEPT, 0)).forEach(storage::delete);
  }

  /** The path of the newest checkpoint. */
  public Optional<Path> newest() {
    List<Path> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /**
   * Returns the state of the newest readable checkpoint, or empty if there is none. Refuses a
   * checkpoint that was written with other settings, as it belongs to another training.
   */
  public Optional<TrainingState> resume() {
    List<Path> all = all();
    for (int i = all.size() - 1; i >= 0; i--) {
      Path path = all.get(i);
      try (InputStream in = storage.open(path)) {
        return Optional.of(decode(path, in));
      } catch (UncheckedIOException | FathomException e) {
        throw e;
      } catch (EOFException | ChecksumException | JsonProcessingException | RuntimeException e) {
        LOG.warn("{} is not a whole checkpoint ({}); taking the one before", path, e.toString());
      } catch (IOException e) {
        // The checkpoint may be intact although it cannot be read now, so the training must not
        // start from the beginning.
        throw new UncheckedIOException("cannot read %s: %s".formatted(path, e.getMessage()), e);
      }
    }
    return Optional.empty();
  }

  private void requireFit(Path path, Map<String, String> found) {
    if (settings.containsKey(MODE) && !found.containsKey(MODE)) {
      throw FathomException.usage(
          "%s is of an earlier version, in which training.batchSize was the batch of one worker and "
              + "not of all; give another --output, or begin anew with --set output.overwrite=true",
          path);
    }
    List<String> differences = Settings.differences(found, settings);
    if (!differences.isEmpty()) {
      throw FathomException.usage(
          "%s is of another training (%s); give the same settings, another --output, or begin anew "
              + "with --set output.overwrite=true",
          path, String.join("; ", differences));
    }
  }

  private List<Path> all() {
    List<Path> all = new ArrayList<>();
    for (FileStatus status : storage.list(directory)) {
      String name = status.getPath().getName();
      if (name.endsWith(SUFFIX) && !name.startsWith(".")) {
        all.add(status.getPath());
      }
    }
    return all;
  }

  private Path path(int round) {
    return new Path(directory, String.format(Locale.ROOT, "round-%08d%s", round, SUFFIX));
  }

  private void encode(TrainingState state, OutputStream out) throws IOException {
    Safetensors.write(
        out,
        metadata(state),
        tensors(state).entrySet().stream()
            .map(
                tensor ->
                    Safetensors.Tensor.of(
                        tensor.getKey(), tensor.getValue(), tensor.getValue().length))
            .toList());
  }

  private static Map<String, float[]> tensors(TrainingState state) {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    tensors.put(PARAMETERS, state.parameters());
    for (int i = 0; i < state.moments().size(); i++) {
      tensors.put(FIRST + i, state.moments().get(i).first());
      tensors.put(SECOND + i, state.moments().get(i).second());
    }
    tensors.put(VELOCITY, state.velocity());
    state.best().ifPresent(best -> tensors.put(BEST, best.parameters()));
    return tensors;
  }

  private Map<String, String> metadata(TrainingState state) throws IOException {
    Temperature.State temperature = state.temperature();
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("round", Integer.toString(state.round()));
    metadata.put("step", Long.toString(state.step()));
    metadata.put("period", Integer.toString(state.period()));
    metadata.put("moments", Integer.toString(state.moments().size()));
    metadata.put("firstLoss", Double.toString(state.firstLoss()));
    metadata.put("sinceBest", Integer.toString(state.validations().sinceBest()));
    metadata.put("temperature.log", Double.toString(temperature.logTemperature()));
    metadata.put("temperature.first", Double.toString(temperature.log().first()));
    metadata.put("temperature.second", Double.toString(temperature.log().second()));
    metadata.put("bias", Double.toString(temperature.bias().value()));
    metadata.put("bias.first", Double.toString(temperature.bias().first()));
    metadata.put("bias.second", Double.toString(temperature.bias().second()));
    metadata.put("temperature.steps", Long.toString(temperature.steps()));
    if (state.best().isPresent()) {
      Best best = state.best().get();
      metadata.put("best.round", Integer.toString(best.round()));
      metadata.put("best.validationLoss", Double.toString(best.validationLoss()));
      metadata.put("best.logTemperature", Double.toString(best.logTemperature()));
      metadata.put("best.bias", Double.toString(best.bias()));
    }
    metadata.put("settings", JSON.writeValueAsString(settings));
    return metadata;
  }

  private TrainingState decode(Path path, InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    int length = Math.toIntExact(Long.reverseBytes(data.readLong()));
    if (length < 0 || length > LONGEST_HEADER) {
      throw new EOFException("a header of " + length + " bytes");
    }
    byte[] json = new byte[length];
    data.readFully(json);
    Map<String, Object> header = JSON.readValue(json, new TypeReference<>() {});
    Map<String, String> metadata =
        JSON.convertValue(header.remove("__metadata__"), new TypeReference<>() {});
    // The settings are checked first, as another version may have written everything else
    // differently.
    requireFit(path, JSON.readValue(metadata.get("settings"), new TypeReference<>() {}));
    Map<String, float[]> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : header.entrySet()) {
      Safetensors.Entry tensor = JSON.convertValue(entry.getValue(), Safetensors.Entry.class);
      tensors.put(entry.getKey(), read(Math.toIntExact(tensor.shape().get(0)), data));
    }
    return state(metadata, tensors);
  }

  private static TrainingState state(Map<String, String> metadata, Map<String, float[]> tensors) {
    List<Moments> moments = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(metadata.get("moments")); i++) {
      moments.add(new Moments(tensors.get(FIRST + i), tensors.get(SECOND + i)));
    }
    Optional<Best> best =
        !metadata.containsKey("best.round")
            ? Optional.empty()
            : Optional.of(
                new Best(
                    Integer.parseInt(metadata.get("best.round")),
                    Double.parseDouble(metadata.get("best.validationLoss")),
                    Double.parseDouble(metadata.get("best.logTemperature")),
                    Double.parseDouble(metadata.get("best.bias")),
                    tensors.get(BEST)));
    return new TrainingState(
        new Count(
            Integer.parseInt(metadata.get("round")),
            Long.parseLong(metadata.get("step")),
            Integer.parseInt(metadata.get("period"))),
        new Learned(tensors.get(PARAMETERS), moments, tensors.get(VELOCITY), temperature(metadata)),
        Double.parseDouble(metadata.get("firstLoss")),
        new Validations(best, Integer.parseInt(metadata.get("sinceBest"))));
  }

  private static Temperature.State temperature(Map<String, String> metadata) {
    return new Temperature.State(
        new Scalar(
            Double.parseDouble(metadata.get("temperature.log")),
            Double.parseDouble(metadata.get("temperature.first")),
            Double.parseDouble(metadata.get("temperature.second"))),
        new Scalar(
            Double.parseDouble(metadata.get("bias")),
            Double.parseDouble(metadata.get("bias.first")),
            Double.parseDouble(metadata.get("bias.second"))),
        Long.parseLong(metadata.get("temperature.steps")));
  }

  private static float[] read(int length, DataInputStream in) throws IOException {
    float[] tensor = new float[length];
    byte[] bytes = new byte[4 * Math.min(BUFFER_FLOATS, length)];
    FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (int from = 0; from < length; from += floats.capacity()) {
      int count = Math.min(floats.capacity(), length - from);
      in.readFully(bytes, 0, 4 * count);
      floats.rewind().get(tensor, from, count);
    }
    return tensor;
  }
}
