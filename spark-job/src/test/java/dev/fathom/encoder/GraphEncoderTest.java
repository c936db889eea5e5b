// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.data.Side;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.EncoderCase;
import dev.fathom.testing.GraphFixtures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;

/** Graphs from files as encoders. {@link EncoderTest} holds their arithmetic to DL4J's. */
class GraphEncoderTest {
  private static final int ROWS = 8;

  @TempDir private static java.nio.file.Path directory;

  private final Storage storage = new Storage(new Configuration());

  @Test
  void aStackOfDenseLayersGivesWhatTheDenseKernelGives() throws Exception {
    Encoder dense = new DenseEncoder(9, List.of(7, 5), 4);
    float[] parameters = new float[dense.parameterCount()];
    dense.initialise(parameters, 0, RandomStream.of(1, "dense"));
    ComputationGraph graph =
        graph(
            GraphFixtures.chain(
                9,
                GraphFixtures.dense(7, Activation.RELU),
                GraphFixtures.dense(5, Activation.RELU),
                GraphFixtures.dense(4, Activation.IDENTITY)));
    graph.setParams(Nd4j.createFromArray(parameters));
    Encoder saved = encoder(zip(graph), EncoderCase.vector(9), 4);
    float[] initial = new float[saved.parameterCount()];
    saved.initialise(initial, 0, RandomStream.of(2, "unused"));

    Step expected = Step.of(dense, parameters, vectors(9));
    Step found = Step.of(saved, initial, vectors(9));

    assertThat(initial).isEqualTo(parameters);
    assertClose(found.output(), expected.output());
    assertClose(found.gradients(), expected.gradients());
  }

  @Test
  void theFlatParametersAreTheGraphsOwn() throws Exception {
    ComputationGraph graph = graph(GraphFixtures.branches(9, 6));
    Encoder encoder = encoder(zip(graph), EncoderCase.vector(9), 6);
    float[] initial = new float[encoder.parameterCount()];

    encoder.initialise(initial, 0, RandomStream.of(2, "unused"));

    assertThat(initial).isEqualTo(graph.params().dup().data().asFloat());
  }

  @Test
  void aConfigurationIsInitialisedFromTheSeed() {
    Encoder encoder = encoder(json(GraphFixtures.branches(9, 6)), EncoderCase.vector(9), 6);
    float[] first = new float[encoder.parameterCount()];
    float[] again = new float[encoder.parameterCount()];
    float[] other = new float[encoder.parameterCount()];

    encoder.initialise(first, 0, RandomStream.of(2, "initialise"));
    encoder.initialise(again, 0, RandomStream.of(2, "initialise"));
    encoder.initialise(other, 0, RandomStream.of(3, "initialise"));

    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void theSameStepGivesTheSameBitsInAnotherProcess() throws Exception {
    Encoder encoder =
        encoder(json(GraphFixtures.pictures(8, CNN2DFormat.NCHW, 5)), EncoderCase.image(8, 8), 5);
    float[] parameters = new float[encoder.parameterCount()];
    encoder.initialise(parameters, 0, RandomStream.of(2, "initialise"));
    ColumnBuilder pictures = new ColumnBuilder(EncoderCase.image(8, 8));
    for (int i = 0; i < ROWS; i++) {
      byte[] pixels = new byte[8 * 8 * 3];
      RandomStream.of(i, "pixels").nextBytes(pixels);
      pictures.add(pixels);
    }
    Column column = pictures.build();

    Step here = Step.of(encoder, parameters, column);
    Step there = Step.of(shipped(encoder), parameters, column);

    assertThat(there.output()).isEqualTo(here.output());
    assertThat(there.gradients()).isEqualTo(here.gradients());
  }

  @Test
  void frozenLayersStayAsTheyAre() throws Exception {
    ComputationGraph graph =
        graph(
            GraphFixtures.chain(
                9,
                new FrozenLayer(GraphFixtures.dense(7, Activation.TANH)),
                GraphFixtures.dense(4, Activation.IDENTITY)));
    Encoder encoder = encoder(zip(graph), EncoderCase.vector(9), 4);
    float[] parameters = new float[encoder.parameterCount()];
    encoder.initialise(parameters, 0, RandomStream.of(2, "unused"));

    float[] gradients = Step.of(encoder, parameters, vectors(9)).gradients();

    assertThat(Arrays.copyOf(gradients, 70)).containsOnly(0f);
    assertThat(gradients[70]).isNotZero();
  }

  /** A file, the side that it is given to, and what is said. */
  record Refusal(Path file, Side side, int dimension, String message) {}

  static Stream<Refusal> refusals() throws Exception {
    Side vector = EncoderCase.vector(9);
    Side text = EncoderCase.text(11, 7);
    ComputationGraphConfiguration twoOutputs =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("numbers")
            .addLayer("one", GraphFixtures.dense(4, Activation.TANH), "numbers")
            .addLayer("two", GraphFixtures.dense(4, Activation.TANH), "numbers")
            .setInputTypes(InputType.feedForward(9))
            .setOutputs("one", "two")
            .build();
    return Stream.of(
        new Refusal(new Path(directory.toString(), "none.zip"), vector, 4, "cannot be read"),
        new Refusal(
            file("text.zip", "plain".getBytes(StandardCharsets.UTF_8)),
            vector,
            4,
            "is not a DL4J ComputationGraph"),
        new Refusal(zip(multiLayer()), vector, 4, "toComputationGraph()"),
        new Refusal(json(twoOutputs), vector, 4, "outputs [one, two]"),
        new Refusal(
            json(GraphFixtures.branches(9, 6)),
            vector,
            4,
            "gives [2, 6] for two rows where model.dimension asks for [2, 4]"),
        new Refusal(zip(graph(GraphFixtures.branches(8, 4))), vector, 4, "was saved with"),
        new Refusal(
            json(GraphFixtures.pictures(8, CNN2DFormat.NHWC, 4)),
            vector,
            4,
            "cannot read a side that is VECTOR [9]"),
        new Refusal(
            json(GraphFixtures.branches(7, 4)),
            text,
            4,
            "has to be an EmbeddingSequenceLayer with nIn of at least 11"),
        new Refusal(json(GraphFixtures.captions(10, 7, 4)), text, 4, "with nIn of at least 11"),
        new Refusal(
            json(
                EncoderGraphs.together(
                        Map.of("x", new TransformerEncoder(11, 7, List.of(4, 2, 4, 1), 4)))
                    .getConfiguration()),
            text,
            4,
            "DL4J gives a wrong gradient for layer x.place"),
        new Refusal(
            json(GraphFixtures.chain(9, new DenseLayer.Builder().nOut(4).dropOut(0.5).build())),
            vector,
            4,
            "layer layer0 draws random numbers"),
        new Refusal(
            json(
                GraphFixtures.chain(
                    9, new DenseLayer.Builder().nOut(4).activation(Activation.RRELU).build())),
            vector,
            4,
            "layer layer0 draws random numbers"),
        new Refusal(
            json(
                GraphFixtures.chain(
                    9, GraphFixtures.dense(4, Activation.TANH), new BatchNormalization())),
            vector,
            4,
            "layer layer1 is a batch normalisation"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatCannotBeAnEncoderIsRefusedInOneLine(Refusal given) {
    assertThatThrownBy(() -> encoder(given.file(), given.side(), given.dimension()))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining(given.message())
        .hasMessageContaining("graph:" + given.file())
        .satisfies(
            refusal -> {
              assertThat(refusal.getMessage()).doesNotContain("\n");
              assertThat(((FathomException) refusal).exitCode()).isEqualTo(ExitCode.USAGE);
            });
  }

  /** What a kernel gives for the same ∂L/∂output. */
  private record Step(float[] output, float[] gradients) {
    static Step of(Encoder encoder, float[] parameters, Column column) {
      EncoderKernel kernel = encoder.kernel(ROWS);
      float[] output = new float[ROWS * encoder.dimension()];
      float[] gradients = new float[parameters.length];
      float[] outputGradient = new float[output.length];
      for (int i = 0; i < output.length; i++) {
        outputGradient[i] = (float) Math.sin(i);
      }
      kernel.forward(column, IntStream.range(0, ROWS).toArray(), ROWS, parameters, 0, output);
      kernel.backward(outputGradient, parameters, 0, gradients);
      return new Step(output, gradients);
    }
  }

  private static Column vectors(int width) {
    ColumnBuilder builder = new ColumnBuilder(EncoderCase.vector(width));
    for (int i = 0; i < ROWS; i++) {
      float[] values = new float[width];
      for (int c = 0; c < width; c++) {
        values[c] = (float) Math.cos(i * width + c);
      }
      builder.add(values);
    }
    return builder.build();
  }

  private Encoder encoder(Path file, Side side, int dimension) {
    return new EncoderSpec(EncoderKind.of("graph:" + file), List.of(), dimension)
        .build(side, storage);
  }

  private static Encoder shipped(Encoder encoder) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(encoder);
    assertThat(bytes.size()).isLessThan(10_000);
    return (Encoder)
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
  }

  private static ComputationGraph graph(ComputationGraphConfiguration configuration) {
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    return graph;
  }

  private static MultiLayerNetwork multiLayer() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(new DenseLayer.Builder().nIn(9).nOut(4).build())
                .build());
    network.init();
    return network;
  }

  private static Path zip(Model model) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(model, bytes, false);
    return file(model.hashCode() + ".zip", bytes.toByteArray());
  }

  @Test
  void anObjectThatAZipHoldsIsNotDeserialised() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in =
            new ZipInputStream(
                new ByteArrayInputStream(storage.read(zip(graph(GraphFixtures.branches(9, 6))))));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        in.transferTo(out);
      }
      out.putNextEntry(new ZipEntry(ModelSerializer.PREPROCESSOR_BIN));
      new ObjectOutputStream(out).writeObject(new Sleeper());
    }

    Encoder encoder = encoder(file("object.zip", bytes.toByteArray()), EncoderCase.vector(9), 6);

    assertThat(encoder.dimension()).isEqualTo(6);
    assertThat(Sleeper.woken).isFalse();
    assertThatThrownBy(
            () ->
                ModelSerializer.restoreComputationGraph(
                    new ByteArrayInputStream(bytes.toByteArray()), false))
        .isInstanceOf(ClassCastException.class);
    assertThat(Sleeper.woken).as("DL4J by itself would have done so").isTrue();
  }

  /** Tells that it was deserialised. */
  private static final class Sleeper implements Serializable {
    private static final long serialVersionUID = 1L;
    private static boolean woken;

    private void readObject(ObjectInputStream in) {
      woken = true;
    }
  }

  private static Path json(ComputationGraphConfiguration configuration) {
    return file(
        configuration.hashCode() + ".json",
        configuration.toJson().getBytes(StandardCharsets.UTF_8));
  }

  private static Path file(String name, byte[] content) {
    Path path = new Path(directory.toString(), name);
    new Storage(new Configuration()).write(path, content);
    return path;
  }

  private static void assertClose(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("number %d", i).isCloseTo(expected[i], within(1e-4f));
    }
  }
}
