// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.BuiltInEncoder;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.EncoderKind;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.random.RandomStream;
import dev.fathom.settings.Settings;
import dev.fathom.testing.GraphFixtures;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ModelFilesTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final int ROWS = 7;
  private static final int WORDS = 11;
  private static final int TOKENS = 5;
  private static final int IMAGE = 8 * 8 * 3;

  @TempDir private Path directory;

  private final RandomGenerator random = RandomStream.of(5, "model test");
  private final Side image =
      new Side(
          Modality.IMAGE,
          List.of(8, 8, 3),
          List.of(0.5, 0.4, 0.3),
          List.of(0.2, 0.3, 0.4),
          List.of());
  private final Side vector =
      new Side(Modality.VECTOR, List.of(6), List.of(), List.of(), List.of());
  private final DatasetCard card =
      new DatasetCard(
          DatasetCard.SCHEMA_VERSION,
          "test",
          "f",
          1,
          Optional.empty(),
          false,
          image,
          vector,
          new DatasetCard.Counts(1, 0, 1, 0, 0),
          Map.of(),
          null,
          null,
          null);

  @ParameterizedTest
  @CsvSource({"COSINE, convolution", "POPULATION_NORM, convolution", "COSINE, residual"})
  void plainDl4jOpensAnEncoderAndGivesTheSameEmbeddings(SimilarityKind similarity, String encoder)
      throws Exception {
    ModelSettings settings = settings(similarity, encoder);
    TrainedModel model = model(settings);
    write(model, settings);
    Column column = images();

    float[] embedded = model.embedX(column);

    ComputationGraph graph =
        ComputationGraph.load(new File(directory.toFile(), "x-encoder.zip"), false);
    float[] pixels = new float[ROWS * IMAGE];
    for (int i = 0; i < ROWS; i++) {
      ((Column.Numbers) column).copyRow(i, pixels, i * IMAGE);
    }
    INDArray input = Nd4j.createFromArray(pixels).reshape('c', ROWS, 8, 8, 3);
    float[] expected = graph.outputSingle(input).dup('c').data().asFloat();
    for (int i = 0; i < expected.length; i++) {
      assertThat(embedded[i]).isCloseTo(expected[i], within(1e-5f));
    }
  }

  @Test
  void theCardNamesChoicesAsTheConfigurationDoes() throws Exception {
    Path source = directory.resolve("source.json");
    Files.writeString(source, GraphFixtures.branches(6, 5).toJson());
    ModelSettings settings =
        ModelSettings.of(
                Settings.of(
                    "",
                    List.of(),
                    List.of(
                        "model.dimension=5",
                        "model.similarity=population-norm",
                        "model.y.encoder=graph:" + source)))
            .resolvedFor(card);

    write(model(settings), settings);

    assertThat(Files.readString(directory.resolve("model.json")))
        .contains(
            "\"similarity\" : \"population-norm\"",
            "\"kind\" : \"convolution\",\n      \"hidden\" : [ 32, 64, 128 ]",
            "\"kind\" : \"graph:" + source + "\",\n      \"hidden\" : [ ]");
  }

  @Test
  void aCardThatNamesAnUnknownEncoderIsRefused() throws Exception {
    ModelFiles files =
        write(model(settings(SimilarityKind.COSINE)), settings(SimilarityKind.COSINE));
    Path json = directory.resolve("model.json");
    Files.writeString(json, Files.readString(json).replace("\"dense\"", "\"denser\""));
    Files.delete(directory.resolve(".model.json.crc"));

    assertThatThrownBy(files::readCard)
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("model.json is not what Fathom writes there");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsReadEmbedsLikeWhatWasWritten(SimilarityKind similarity) {
    TrainedModel model = model(settings(similarity));
    ModelFiles files = write(model, settings(similarity));

    TrainedModel read = files.read(files.readCard(), card);

    assertThat(read.parameters()).isEqualTo(model.parameters());
    assertThat(read.embedX(images())).hasSameSizeAs(model.embedX(images()));
    assertThat(read.normX()).isEqualTo(model.normX());
    assertThat(files.readCard().x().reads()).isEqualTo(image);
    assertThat(files.readCard().bias()).isEqualTo(-5.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"token-bag", "transformer", "graph:"})
  void captionsOfAnyLengthEmbedAlikeInPlainDl4jAndAfterReading(String kind) throws Exception {
    Path source = directory.resolve("source.json");
    Files.writeString(source, GraphFixtures.captions(WORDS, TOKENS, 5).toJson());
    Side text =
        new Side(
            Modality.TEXT,
            List.of(TOKENS),
            List.of(),
            List.of(),
            Collections.nCopies(WORDS, "word"));
    DatasetCard captioned =
        new DatasetCard(
            1,
            "t",
            "f",
            1,
            Optional.empty(),
            false,
            image,
            text,
            card.counts(),
            Map.of(),
            null,
            null,
            null);
    ModelSettings settings =
        new ModelSettings(
                SimilarityKind.COSINE,
                16,
                new EncoderSpec(BuiltInEncoder.CONVOLUTION, List.of(4), 5),
                new EncoderSpec(
                    EncoderKind.of(kind.equals("graph:") ? kind + source : kind), List.of(), 5))
            .resolvedFor(captioned);
    Towers towers = settings.build(captioned, STORAGE);
    TrainedModel model = new TrainedModel(towers, towers.initialParameters(3), 1, 1);
    ModelFiles files = write(model, settings, captioned);
    Files.delete(source);
    ColumnBuilder captions = new ColumnBuilder(text);
    float[] tokens = new float[ROWS * TOKENS];
    float[] mask = new float[ROWS * TOKENS];
    for (int i = 0; i < ROWS; i++) {
      int[] caption = random.ints(1 + i % TOKENS, 0, WORDS).toArray();
      captions.add(caption);
      for (int t = 0; t < caption.length; t++) {
        tokens[i * TOKENS + t] = caption[t];
        mask[i * TOKENS + t] = 1;
      }
    }
    Column column = captions.build();

    float[] embedded = model.embedY(column);
    float[] read = files.read(files.readCard(), captioned).embedY(column);

    ComputationGraph graph =
        ComputationGraph.load(new File(directory.toFile(), "y-encoder.zip"), false);
    INDArray[] input = {Nd4j.createFromArray(tokens).reshape('c', ROWS, 1, TOKENS)};
    INDArray[] masks = {Nd4j.createFromArray(mask).reshape('c', ROWS, TOKENS)};
    float[] expected = graph.output(false, input, masks)[0].dup('c').data().asFloat();
    assertThat(read).isEqualTo(embedded);
    for (int i = 0; i < expected.length; i++) {
      assertThat(embedded[i]).isCloseTo(expected[i], within(1e-5f));
    }
  }

  @Test
  void aDatasetWithOtherNormalisationIsRefused() {
    ModelFiles files =
        write(model(settings(SimilarityKind.COSINE)), settings(SimilarityKind.COSINE));
    Side other =
        new Side(
            Modality.IMAGE,
            List.of(8, 8, 3),
            List.of(0.1, 0.1, 0.1),
            List.of(1.0, 1.0, 1.0),
            List.of());
    DatasetCard foreign =
        new DatasetCard(
            1,
            "t",
            "g",
            1,
            Optional.empty(),
            false,
            other,
            vector,
            card.counts(),
            Map.of(),
            null,
            null,
            null);

    assertThatThrownBy(() -> files.read(files.readCard(), foreign))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("the model's side x and the dataset's differ");
  }

  @Test
  void anUnfinishedModelIsRefused() throws Exception {
    ModelFiles files =
        write(model(settings(SimilarityKind.COSINE)), settings(SimilarityKind.COSINE));
    Files.delete(directory.resolve("_SUCCESS"));

    assertThatThrownBy(files::readCard)
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("is not a complete model");
  }

  private ModelFiles write(TrainedModel model, ModelSettings settings) {
    return write(model, settings, card);
  }

  private ModelFiles write(TrainedModel model, ModelSettings settings, DatasetCard data) {
    ModelFiles files = new ModelFiles(STORAGE, new org.apache.hadoop.fs.Path(directory.toString()));
    files.write(model, settings, data, 0.05, -5.5, 1, Map.of("training.seed", "1"));
    return files;
  }

  private ModelSettings settings(SimilarityKind similarity) {
    return settings(similarity, "convolution");
  }

  private ModelSettings settings(SimilarityKind similarity, String encoder) {
    return new ModelSettings(
            similarity,
            16,
            new EncoderSpec(EncoderKind.of(encoder), List.of(4, 6), 5),
            new EncoderSpec(BuiltInEncoder.AUTO, List.of(), 5))
        .resolvedFor(card);
  }

  private TrainedModel model(ModelSettings settings) {
    Towers towers = settings.build(card, STORAGE);
    return new TrainedModel(towers, towers.initialParameters(3), 1.5f, 0.5f);
  }

  private Column images() {
    ColumnBuilder builder = new ColumnBuilder(image);
    for (int i = 0; i < ROWS; i++) {
      byte[] bytes = new byte[IMAGE];
      random.nextBytes(bytes);
      builder.add(bytes);
    }
    return builder.build();
  }
}
