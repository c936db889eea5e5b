// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.data.Backbone;
import dev.fathom.data.DatasetCard;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.EncoderKind;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.ModelSettings;
import dev.fathom.model.SimilarityKind;
import dev.fathom.model.Towers;
import dev.fathom.model.TrainedModel;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.EncoderCase;
import dev.fathom.testing.GraphFixtures;
import dev.fathom.testing.TinyNetworks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exported encoders in ONNX Runtime, and what safetensors and DL4J zips hold. */
class ExportTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final int DIMENSION = 5;
  private static final int WORDS = 23;
  private static final int TOKENS = 6;

  private static final Side VECTOR =
      new Side(
          Modality.VECTOR,
          List.of(4),
          List.of(1e6, -3.0, 0.0, 0.25),
          List.of(2.0, 0.01, 1.0, 7.5),
          List.of());

  private static final Side TEXT =
      new Side(
          Modality.TEXT,
          List.of(TOKENS),
          List.of(),
          List.of(),
          IntStream.range(0, WORDS).mapToObj(i -> i == 0 ? "<unknown>" : "wört" + i).toList());

  @TempDir private Path directory;

  private final RandomGenerator random = RandomStream.of(7, "export");
  private Path model;
  private Path output;

  @BeforeEach
  void directories() {
    model = directory.resolve("model");
    output = directory.resolve("out");
  }

  /** A trained model and what it reads. */
  private record Saved(TrainedModel model, Side x, Side y) {}

  /** Rows as the encoder has them, and as a user of ONNX does. */
  private record Rows(Column column, Object raw) {}

  @ParameterizedTest
  @CsvSource({
    "vector, dense, token-bag, cosine",
    "image, dense, transformer, cosine",
    "image, convolution, token-bag, population-norm",
    "image, residual, transformer, population-norm",
  })
  void everyEncoderGivesInOnnxRuntimeWhatItGivesHere(
      String reads, String x, String y, String similarity) throws Exception {
    Saved saved = save(side(reads), spec(x), spec(y), similarity);

    export(ExportFormat.ONNX);

    for (int batch : new int[] {1, 7}) {
      Rows rowsX = rows(saved.x(), batch);
      Rows rowsY = rows(saved.y(), batch);
      assertClose(run("x", rowsX.raw()), saved.model().embedX(rowsX.column()));
      assertClose(run("y", rowsY.raw()), saved.model().embedY(rowsY.column()));
    }
  }

  @Test
  void aTextOfFewerOrMorePlacesIsReadAsPrepareCutsIt() throws Exception {
    Saved saved = save(VECTOR, spec("dense"), spec("transformer"), "cosine");
    export(ExportFormat.ONNX);

    for (int places : new int[] {1, 3, TOKENS, TOKENS + 4}) {
      Rows rows = texts(5, places);
      assertClose(run("y", rows.raw()), saved.model().embedY(rows.column()));
    }
  }

  @ParameterizedTest
  @CsvSource({"NCHW", "NHWC"})
  void aGraphOfKnownLayersIsExportedToo(CNN2DFormat format) throws Exception {
    Path pictures = directory.resolve("pictures.json");
    Files.writeString(pictures, GraphFixtures.pictures(8, format, DIMENSION).toJson());
    Path branches = directory.resolve("branches.json");
    Files.writeString(branches, GraphFixtures.branches(4, DIMENSION).toJson());
    Saved saved =
        save(
            EncoderCase.image(8, 8),
            VECTOR,
            new EncoderSpec(EncoderKind.of("graph:" + pictures), List.of(), DIMENSION),
            new EncoderSpec(EncoderKind.of("graph:" + branches), List.of(), DIMENSION),
            "cosine");

    export(ExportFormat.ONNX);

    Rows rowsX = rows(saved.x(), 3);
    Rows rowsY = rows(saved.y(), 3);
    assertClose(run("x", rowsX.raw()), saved.model().embedX(rowsX.column()));
    assertClose(run("y", rowsY.raw()), saved.model().embedY(rowsY.column()));
  }

  @Test
  void aLayerThatOnnxIsNotWrittenForIsNamedAndNothingIsLeft() throws Exception {
    Path lstm = directory.resolve("lstm.json");
    Files.writeString(lstm, GraphFixtures.captions(WORDS, TOKENS, DIMENSION).toJson());
    save(
        VECTOR,
        TEXT,
        spec("dense"),
        new EncoderSpec(EncoderKind.of("graph:" + lstm), List.of(), DIMENSION),
        "cosine");

    assertThatThrownBy(() -> export(ExportFormat.ONNX))
        .isInstanceOfSatisfying(
            FathomException.class, error -> assertThat(error.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("lstm.json: input.lstm is a Bidirectional")
        .hasMessageContaining("--format dl4j or safetensors");
    assertThat(output).doesNotExist();
    assertThat(export(ExportFormat.DL4J)).hasSize(4);
  }

  @Test
  void aFileHoldsTheFrozenNetworkAndTheHead() throws Exception {
    Path network = directory.resolve("captions.onnx");
    Path tokenizer = directory.resolve("tokenizer.json");
    Files.write(network, TinyNetworks.captions(13, 0, true).toByteArray());
    Files.writeString(tokenizer, TinyNetworks.TOKENIZER);
    Side features =
        new Side(
                Modality.VECTOR,
                List.of(TinyNetworks.WIDTH),
                List.of(2.0, 1.0, 0.25),
                List.of(1.5, 1.0, 0.1),
                List.of())
            .featuresOf(
                new Backbone(
                    Modality.TEXT,
                    network.toString(),
                    DigestUtils.sha256Hex(Files.readAllBytes(network)),
                    "embedding",
                    Backbone.Pooling.MEAN,
                    TinyNetworks.WIDTH,
                    null,
                    tokenizer.toString(),
                    DigestUtils.sha256Hex(Files.readAllBytes(tokenizer)),
                    8));
    Saved saved = save(VECTOR, features, spec("dense"), spec("dense"), "cosine");
    ColumnBuilder column = new ColumnBuilder(features);
    float[] standardised = new float[TinyNetworks.WIDTH];
    for (int c = 0; c < standardised.length; c++) {
      double mean = (TinyNetworks.vector(1)[c] + TinyNetworks.vector(4)[c]) / 2;
      standardised[c] =
          (float) ((mean - features.mean().get(c)) / features.standardDeviation().get(c));
    }
    column.add(standardised);

    export(ExportFormat.ONNX);

    assertClose(
        run(
            "y",
            Map.of(
                "input_ids", new long[][] {{1, 4, 0}}, "attention_mask", new long[][] {{1, 1, 0}})),
        saved.model().embedY(column.build()));
    assertThat(output.resolve("y-tokenizer.json")).hasSameTextualContentAs(tokenizer);
    JsonNode card = new ObjectMapper().readTree(output.resolve("export.json").toFile());
    assertThat(card.at("/y/backbone/maxTokens").asInt()).isEqualTo(8);
    assertThat(card.at("/y/tokenizer").asText()).isEqualTo("y-tokenizer.json");
  }

  @Test
  void theVocabularyAndWhatTheInputIsStandBeside() throws Exception {
    save(VECTOR, spec("dense"), spec("token-bag"), "cosine");

    export(ExportFormat.ONNX);

    assertThat(Files.readAllLines(output.resolve("y-vocabulary.txt"))).isEqualTo(TEXT.vocabulary());
    JsonNode card = new ObjectMapper().readTree(output.resolve("export.json").toFile());
    assertThat(card.at("/y/vocabulary").asText()).isEqualTo("y-vocabulary.txt");
    assertThat(card.at("/x/mean/0").asDouble()).isEqualTo(1e6);
    assertThat(card.at("/x/dimension").asInt()).isEqualTo(DIMENSION);
    assertThat(card.at("/temperature").asDouble()).isEqualTo(0.05);
    assertThat(output.resolve("_SUCCESS")).exists();
  }

  @Test
  void theSameExportIsDoneOnceAndAnotherRefused() throws Exception {
    save(VECTOR, spec("dense"), spec("token-bag"), "cosine");

    assertThat(export(ExportFormat.DL4J)).hasSize(4);
    assertThat(export(ExportFormat.DL4J)).isEmpty();
    assertThat(Files.readAllBytes(output.resolve("x.zip")))
        .isEqualTo(Files.readAllBytes(model.resolve("x-encoder.zip")));
    assertThatThrownBy(() -> export(ExportFormat.ONNX)).hasMessageContaining("exists already");
  }

  @Test
  void safetensorsHoldTheParametersByTheirLayers() throws Exception {
    Saved saved = save(VECTOR, spec("dense"), spec("token-bag"), "cosine");
    float[] parameters = saved.model().parameters();

    export(ExportFormat.SAFETENSORS);

    Map<String, Tensor> x = tensors("x");
    assertThat(x.keySet())
        .containsExactlyInAnyOrder("dense0.weight", "dense0.bias", "dense1.weight", "dense1.bias");
    assertThat(x.get("dense0.weight").shape()).containsExactly(6, 4);
    assertThat(x.get("dense0.weight").values()).isEqualTo(Arrays.copyOfRange(parameters, 0, 24));
    assertThat(x.get("dense0.bias").values()).isEqualTo(Arrays.copyOfRange(parameters, 24, 30));
    assertThat(x.get("dense0.bias").shape()).containsExactly(6);
    Tensor table = tensors("y").get("table.weight");
    assertThat(table.shape()).containsExactly(WORDS, 8);
    int offset = saved.model().towers().yOffset();
    for (int word = 0; word < WORDS; word++) {
      for (int c = 0; c < 8; c++) {
        assertThat(table.values()[word * 8 + c]).isEqualTo(parameters[offset + c * WORDS + word]);
      }
    }
  }

  /** A tensor as a reader of the format finds it. */
  private record Tensor(List<Integer> shape, float[] values) {}

  private Map<String, Tensor> tensors(String side) throws Exception {
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(output.resolve(side + ".safetensors")))
            .order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[(int) file.getLong()];
    file.get(json);
    ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Tensor> tensors = new TreeMap<>();
    new ObjectMapper()
        .readTree(json)
        .fields()
        .forEachRemaining(
            field -> {
              if (!field.getKey().equals("__metadata__")) {
                List<Integer> shape = new ArrayList<>();
                field.getValue().get("shape").forEach(axis -> shape.add(axis.asInt()));
                int from = field.getValue().at("/data_offsets/0").asInt();
                int to = field.getValue().at("/data_offsets/1").asInt();
                float[] values = new float[(to - from) / 4];
                data.duplicate()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(from)
                    .asFloatBuffer()
                    .get(values);
                tensors.put(field.getKey(), new Tensor(shape, values));
              }
            });
    return tensors;
  }

  private static Side side(String reads) {
    return reads.equals("vector") ? VECTOR : EncoderCase.image(13, 9);
  }

  private static EncoderSpec spec(String kind) {
    List<Integer> hidden =
        switch (kind) {
          case "dense" -> List.of(6);
          case "token-bag" -> List.of(8, 6);
          case "transformer" -> List.of(6, 2, 7, 2);
          default -> List.of(4, 6);
        };
    return new EncoderSpec(EncoderKind.of(kind), hidden, DIMENSION);
  }

  private Saved save(Side x, EncoderSpec specX, EncoderSpec specY, String similarity) {
    return save(x, TEXT, specX, specY, similarity);
  }

  private Saved save(Side x, Side y, EncoderSpec specX, EncoderSpec specY, String similarity) {
    DatasetCard card =
        new DatasetCard(
            DatasetCard.SCHEMA_VERSION,
            "test",
            "f",
            1,
            Optional.empty(),
            false,
            x,
            y,
            new DatasetCard.Counts(1, 0, 1, 0, 0),
            Map.of(),
            null,
            null,
            null);
    SimilarityKind kind =
        Stream.of(SimilarityKind.values())
            .filter(one -> one.onSphere() == similarity.equals("cosine"))
            .findFirst()
            .orElseThrow();
    ModelSettings settings = new ModelSettings(kind, 16, specX, specY).resolvedFor(card);
    Towers towers = settings.build(card, STORAGE);
    float[] parameters = towers.initialParameters(3);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += (float) random.nextDouble(-0.1, 0.1);
    }
    boolean scaled = kind == SimilarityKind.POPULATION_NORM;
    TrainedModel trained =
        new TrainedModel(towers, parameters, scaled ? 1.5f : 1, scaled ? 0.3f : 1);
    new ModelFiles(STORAGE, new org.apache.hadoop.fs.Path(model.toString()))
        .write(trained, settings, card, 0.05, 0, 1, Map.of());
    return new Saved(trained, x, y);
  }

  private List<org.apache.hadoop.fs.Path> export(ExportFormat format) {
    return new Export(STORAGE, format, false)
        .model(model.toString())
        .output(output.toString())
        .execute();
  }

  private Rows rows(Side side, int count) {
    ColumnBuilder builder = new ColumnBuilder(side);
    switch (side.modality()) {
      case VECTOR -> {
        float[][] raw = new float[count][side.size()];
        for (float[] row : raw) {
          float[] standardised = new float[row.length];
          for (int c = 0; c < row.length; c++) {
            double mean = side.mean().get(c);
            double deviation = side.standardDeviation().get(c);
            row[c] = (float) (mean + deviation * random.nextGaussian());
            standardised[c] = (float) ((row[c] - mean) / deviation);
          }
          builder.add(standardised);
        }
        return new Rows(builder.build(), raw);
      }
      case IMAGE -> {
        byte[][][][] raw = new byte[count][side.shape().get(0)][side.shape().get(1)][3];
        for (byte[][][] picture : raw) {
          ByteBuffer pixels = ByteBuffer.allocate(side.size());
          for (byte[][] line : picture) {
            for (byte[] pixel : line) {
              random.nextBytes(pixel);
              pixels.put(pixel);
            }
          }
          builder.add(pixels.array());
        }
        return new Rows(builder.build(), raw);
      }
      default -> {
        return texts(count, TOKENS);
      }
    }
  }

  /** Texts of any length from none to more than there are places for. */
  private Rows texts(int count, int places) {
    ColumnBuilder builder = new ColumnBuilder(TEXT);
    long[][] raw = new long[count][places];
    for (int i = 0; i < count; i++) {
      int length = count == 1 ? 1 + places / 2 : i % (places + 1);
      int[] tokens = random.ints(length, 0, WORDS).toArray();
      builder.add(tokens);
      Arrays.fill(raw[i], -1);
      for (int t = 0; t < length; t++) {
        raw[i][t] = tokens[t];
      }
    }
    return new Rows(builder.build(), raw);
  }

  private float[] run(String side, Object raw) throws Exception {
    return run(side, Map.of(side, raw));
  }

  private float[] run(String side, Map<String, Object> raw) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> inputs = new TreeMap<>();
    for (Map.Entry<String, Object> input : raw.entrySet()) {
      inputs.put(input.getKey(), tensor(environment, input.getValue()));
    }
    try (OrtSession session = environment.createSession(output.resolve(side + ".onnx").toString());
        OrtSession.Result result = session.run(inputs)) {
      float[][] embedding = (float[][]) result.get("embedding").orElseThrow().getValue();
      float[] flat = new float[embedding.length * DIMENSION];
      for (int i = 0; i < embedding.length; i++) {
        System.arraycopy(embedding[i], 0, flat, i * DIMENSION, DIMENSION);
      }
      return flat;
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, Object raw) throws OrtException {
    if (!(raw instanceof byte[][][][] pictures)) {
      return OnnxTensor.createTensor(environment, raw);
    }
    int height = pictures[0].length;
    int width = pictures[0][0].length;
    ByteBuffer bytes = ByteBuffer.allocateDirect(pictures.length * height * width * 3);
    for (byte[][][] picture : pictures) {
      for (byte[][] line : picture) {
        for (byte[] pixel : line) {
          bytes.put(pixel);
        }
      }
    }
    return OnnxTensor.createTensor(
        environment,
        bytes.flip(),
        new long[] {pictures.length, height, width, 3},
        OnnxJavaType.UINT8);
  }

  private static void assertClose(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("number %d", i).isCloseTo(expected[i], within(1e-5f));
    }
  }
}
