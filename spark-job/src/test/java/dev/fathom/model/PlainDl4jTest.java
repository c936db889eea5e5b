// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Side;
import dev.fathom.encoder.BuiltInEncoder;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.EncoderKind;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.files.Storage;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.EncoderCase;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import plain.OpenModels;

/** Saved encoders in a JVM that has DL4J and no class of Fathom. */
class PlainDl4jTest {
  private static final int DIMENSION = 5;
  private static final int ROWS = 9;

  /** One class of each of Fathom's places on the class path. */
  private static final List<Class<?>> FATHOM =
      List.of(TrainedModel.class, DatasetCard.class, PlainDl4jTest.class);

  @TempDir private Path directory;

  private final RandomGenerator random = RandomStream.of(9, "plain dl4j");

  /** A directory with a saved encoder and its inputs, and the embeddings that Fathom gives. */
  private record Saved(Path directory, float[] embeddings) {}

  @Test
  void savedEncodersEmbedTheSameWithoutFathomOnTheClassPath() throws Exception {
    EncoderCase vectors = encoder(BuiltInEncoder.DENSE, List.of(8, 7), EncoderCase.vector(6));
    EncoderCase images =
        encoder(BuiltInEncoder.CONVOLUTION, List.of(4, 6), EncoderCase.image(9, 8));
    EncoderCase captions =
        encoder(BuiltInEncoder.TOKEN_BAG, List.of(8, 6), EncoderCase.text(11, 7));
    List<Saved> saved = new ArrayList<>();
    saved.addAll(save(SimilarityKind.COSINE, images, captions));
    saved.addAll(save(SimilarityKind.POPULATION_NORM, vectors, captions));

    openElsewhere(saved.stream().map(Saved::directory).toList());

    for (Saved one : saved) {
      float[] found =
          Nd4j.readBinary(one.directory().resolve("embedding.bin").toFile())
              .dup('c')
              .data()
              .asFloat();
      assertThat(found).hasSize(ROWS * DIMENSION);
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i])
            .as("%s, number %d", one.directory(), i)
            .isCloseTo(one.embeddings()[i], within(1e-5f));
      }
    }
  }

  private static EncoderCase encoder(EncoderKind kind, List<Integer> hidden, Side side) {
    return new EncoderCase(kind, hidden, DIMENSION, side, ROWS);
  }

  private List<Saved> save(SimilarityKind similarity, EncoderCase x, EncoderCase y)
      throws IOException {
    DatasetCard card =
        new DatasetCard(
            DatasetCard.SCHEMA_VERSION,
            "test",
            "f",
            1,
            Optional.empty(),
            false,
            x.side(),
            y.side(),
            new DatasetCard.Counts(1, 0, 1, 0, 0),
            Map.of(),
            null,
            null,
            null);
    ModelSettings settings = new ModelSettings(similarity, 16, spec(x), spec(y));
    Towers towers = settings.build(card, new Storage(new Configuration()));
    TrainedModel model = new TrainedModel(towers, towers.initialParameters(3), 1.5f, 0.5f);
    Path written = directory.resolve(similarity.name());
    new ModelFiles(
            new Storage(new Configuration()), new org.apache.hadoop.fs.Path(written.toString()))
        .write(model, settings, card, 0.05, 0, 1, Map.of());
    Column columnX = x.column(random);
    Column columnY = y.column(random);
    return List.of(
        save(written.resolve("x-encoder.zip"), x, columnX, model.embedX(columnX)),
        save(written.resolve("y-encoder.zip"), y, columnY, model.embedY(columnY)));
  }

  private static Saved save(Path zip, EncoderCase encoder, Column column, float[] embeddings)
      throws IOException {
    Path directory = Files.createDirectory(zip.resolveSibling(encoder.kind().written()));
    Files.copy(zip, directory.resolve("model.zip"));
    int[] all = IntStream.range(0, ROWS).toArray();
    Nd4j.saveBinary(encoder.inputs(column, all)[0], directory.resolve("input.bin").toFile());
    INDArray[] masks = encoder.masks(column, all);
    if (masks != null) {
      assertThat(masks[0].minNumber().floatValue()).as("some captions are shorter").isZero();
      Nd4j.saveBinary(masks[0], directory.resolve("mask.bin").toFile());
    }
    return new Saved(directory, embeddings);
  }

  private static EncoderSpec spec(EncoderCase encoder) {
    return new EncoderSpec(encoder.kind(), encoder.hidden(), DIMENSION);
  }

  private void openElsewhere(List<Path> directories) throws Exception {
    Path classes = directory.resolve("classes");
    String program = OpenModels.class.getName().replace('.', '/') + ".class";
    Files.createDirectories(classes.resolve(program).getParent());
    try (InputStream compiled = getClass().getClassLoader().getResourceAsStream(program)) {
      Files.copy(compiled, classes.resolve(program));
    }
    Path log = directory.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classes + File.pathSeparator + classPathWithoutFathom()));
    command.add(OpenModels.class.getName());
    directories.forEach(each -> command.add(each.toString()));
    command.add("--");
    FATHOM.forEach(each -> command.add(each.getName()));

    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();

    assertThat(ended).as("ended within two minutes").isTrue();
    assertThat(process.exitValue()).as("what it said: %s", Files.readString(log)).isZero();
  }

  private static String classPathWithoutFathom() {
    List<Path> own = FATHOM.stream().map(PlainDl4jTest::home).toList();
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !own.contains(Path.of(entry).toAbsolutePath()))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path home(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
