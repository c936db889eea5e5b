// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fathom.error.ExitCode;
import dev.fathom.random.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings that were made elsewhere. */
class MeasureCommandTest {
  private static final int POINTS = 900;
  private static final int WIDTH = 12;
  private static final int DIMENSION = 3;

  @TempDir private Path directory;

  @Test
  void measuresANumpyFile() throws Exception {
    float[] x = embeddings(0);
    x[5] = Float.NaN;
    Path file = npy("clip.npy", x);

    JsonNode report = measure(file, "--set", "measure.estimators=[correlation,danco]");

    JsonNode side = report.at("/intrinsicDimension/x");
    assertThat(side.at("/nonFinite").asInt()).isEqualTo(1);
    assertThat(side.at("/points").asInt()).isEqualTo(POINTS - 1);
    for (String estimator : List.of("mle", "twoNN", "gride", "correlation", "danco")) {
      assertThat(side.at("/" + estimator + "/estimate").asDouble())
          .as(estimator)
          .isCloseTo(DIMENSION, offset(0.5));
    }
    assertThat(report.at("/intrinsicDimension/y").isMissingNode()).isTrue();
    assertThat(report.at("/retrieval").isMissingNode()).isTrue();
    assertThat(report.at("/width/current").asInt()).isEqualTo(WIDTH);
    assertThat(report.at("/width/dimension").asInt()).isBetween(4, 5);
    assertThat(report.at("/width/bytesSaved").asInt())
        .isEqualTo(4 * (WIDTH - report.at("/width/dimension").asInt()));
  }

  /** Floats around 1e8 are multiples of 8, which leaves one point of these. */
  @ParameterizedTest
  @ValueSource(strings = {"far.npy", "far.csv", "far.parquet"})
  void measuresDoublesFarFromTheOriginAsIfTheyWereNear(String name) throws Exception {
    float[] near = embeddings(0);
    Path file = directory.resolve(name);
    StringBuilder lines = new StringBuilder();
    byte[] header = header("<f8", POINTS, WIDTH);
    ByteBuffer numbers =
        ByteBuffer.allocate(header.length + Double.BYTES * near.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      double[] row = new double[WIDTH];
      for (int c = 0; c < WIDTH; c++) {
        row[c] = 1e8 + near[i * WIDTH + c];
        numbers.putDouble(row[c]);
        lines.append(row[c]).append(c < WIDTH - 1 ? ',' : '\n');
      }
      rows.add(RowFactory.create(row));
    }
    if (name.endsWith("parquet")) {
      session()
          .createDataFrame(
              rows, new StructType().add("v", DataTypes.createArrayType(DataTypes.DoubleType)))
          .write()
          .parquet(file.toString());
    } else {
      Files.write(
          file,
          name.endsWith("csv")
              ? lines.toString().getBytes(StandardCharsets.UTF_8)
              : numbers.array());
    }

    JsonNode side = measure(file).at("/intrinsicDimension/x");

    assertThat(side.at("/points").asInt()).isEqualTo(POINTS);
    assertThat(side.at("/dimension/estimate").asDouble()).isCloseTo(DIMENSION, offset(0.5));
  }

  @Test
  void measuresTwoMatricesOfADirectoryAndTheirLabels() throws Exception {
    npy("image.npy", embeddings(0));
    Files.writeString(directory.resolve("text.csv"), csv(embeddings(0.1f)));
    Files.writeString(
        directory.resolve("labels.txt"),
        String.join("\n", labels()) + "\n",
        StandardCharsets.UTF_8);

    JsonNode report =
        measure(
            directory,
            "--set",
            "input.x=image.npy",
            "--set",
            "input.y=text.csv",
            "--set",
            "input.label=labels.txt");

    assertThat(report.at("/intrinsicDimension/shared/estimate").asDouble())
        .isCloseTo(DIMENSION, offset(0.5));
    assertThat(report.at("/retrieval/topShare").asDouble()).isGreaterThan(0.5);
    assertThat(report.at("/retrieval/labelMatch").isMissingNode()).isFalse();
    assertThat(report.at("/intrinsicDimension/labels/b/points").asInt()).isEqualTo(POINTS / 3);
    assertThat(report.at("/intrinsicDimension/labels/b/x").asDouble())
        .isCloseTo(DIMENSION, offset(0.5));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void measuresArraysOfANumpyArchiveByTheirNames(boolean stored) throws Exception {
    float[] classes = new float[POINTS];
    for (int i = 0; i < POINTS; i++) {
      classes[i] = i % 3;
    }
    Path archive = directory.resolve("both.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
      entry(zip, stored, "image_embeddings", npy(embeddings(0), WIDTH));
      entry(zip, stored, "text_embeddings", npy(embeddings(0.1f), WIDTH));
      entry(zip, stored, "classes", npy(classes, 1));
    }

    JsonNode report =
        measure(
            archive,
            "--set",
            "input.x=image_embeddings",
            "--set",
            "input.y=text_embeddings",
            "--set",
            "input.label=classes");

    assertThat(report.at("/intrinsicDimension/shared/estimate").asDouble())
        .isCloseTo(DIMENSION, offset(0.5));
    assertThat(report.at("/retrieval/topShare").asDouble()).isGreaterThan(0.5);
    assertThat(report.at("/intrinsicDimension/labels/2/points").asInt()).isEqualTo(POINTS / 3);
    refused(ExitCode.USAGE, archive, "input.x", "image_embeddings, text_embeddings, classes");
    refused(
        ExitCode.USAGE,
        archive,
        List.of("--set", "input.x=images"),
        "there is no array images",
        "image_embeddings");
  }

  private static void entry(ZipOutputStream zip, boolean stored, String name, byte[] content)
      throws IOException {
    ZipEntry entry = new ZipEntry(name + ".npy");
    if (stored) {
      CRC32 sum = new CRC32();
      sum.update(content);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      entry.setCrc(sum.getValue());
    }
    zip.putNextEntry(entry);
    zip.write(content);
  }

  /** As pandas writes a frame with {@code sep=';'}; the numbers of its rows are no dimension. */
  @Test
  void measuresNumbersBetweenSemicolonsBesideAnIndex() throws Exception {
    Path file = directory.resolve("semicolons.csv");
    StringBuilder text = new StringBuilder();
    IntStream.range(0, WIDTH).forEach(column -> text.append(';').append(column));
    text.append('\n');
    String[] lines = csv(embeddings(0)).replace(',', ';').split("\n", -1);
    for (int row = 0; row < POINTS; row++) {
      text.append(row).append(';').append(lines[row]).append('\n');
    }
    Files.writeString(file, text);

    JsonNode report = measure(file);

    assertThat(report.at("/width/current").asInt()).isEqualTo(WIDTH);
    assertThat(report.at("/intrinsicDimension/x/points").asInt()).isEqualTo(POINTS);
    assertThat(report.at("/intrinsicDimension/x/dimension/estimate").asDouble())
        .isCloseTo(DIMENSION, offset(0.5));
  }

  @Test
  void measuresColumnsOfAParquetAndWritesTheDimensionAroundEachRow() throws Exception {
    SparkSession spark = session();
    float[] x = embeddings(0);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      double[] row = new double[WIDTH];
      for (int c = 0; c < WIDTH; c++) {
        row[c] = x[i * WIDTH + c];
      }
      rows.add(RowFactory.create("row " + i, row, labels().get(i)));
    }
    StructType schema =
        new StructType()
            .add("id", DataTypes.StringType)
            .add("vector", DataTypes.createArrayType(DataTypes.DoubleType))
            .add("class", DataTypes.StringType);
    Path parquet = directory.resolve("vectors.parquet");
    spark.createDataFrame(rows, schema).repartition(3).write().parquet(parquet.toString());

    Path output = directory.resolve("report");
    JsonNode report =
        measure(parquet, output, "--set", "input.key=id", "--set", "input.label=class");

    assertThat(report.at("/intrinsicDimension/x/mle/estimate").asDouble())
        .isCloseTo(DIMENSION, offset(0.5));
    // The command has stopped the session.
    Dataset<Row> around = session().read().parquet(output.resolve("pointwise").toString());
    assertThat(around.count()).isEqualTo(POINTS);
    assertThat(around.where("key = 'row 7'").first().getString(2)).isEqualTo(labels().get(7));
    assertThat(around.where("x is null or x < 1.5 or x > 5 or y is not null").count()).isZero();

    JsonNode sample =
        measure(
            parquet, output, "--set", "measure.maxPoints=500", "--set", "output.overwrite=true");
    assertThat(sample.at("/intrinsicDimension/points").asInt()).isEqualTo(500);
    assertThat(sample.at("/intrinsicDimension/available").asInt()).isEqualTo(POINTS);
    refused(
        ExitCode.DATA,
        parquet,
        List.of("--set", "measure.maxPoints=500", "--set", "input.key=class"),
        "input.key");
  }

  @Test
  void saysWhatIsWrongWithEmbeddings() throws Exception {
    Path file = npy("short.npy", embeddings(0));
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
    refused(ExitCode.DATA, file, "short.npy", "header says");
    refused(ExitCode.DATA, directory.resolve("absent.npy"), "absent.npy", "does not exist");
    refused(ExitCode.USAGE, directory, "input.x", "short.npy");
    npy("x.npy", embeddings(0));
    Commands.Ended ended =
        Commands.fathom(
            "measure",
            "--embeddings",
            directory.resolve("x.npy").toString(),
            "--output",
            directory.resolve("refused").toString(),
            "--set",
            "input.y=y.npy",
            "--set",
            "output.overwrite=true");
    Commands.refused(ended, ExitCode.USAGE, "x.npy", "directory");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    refused(ExitCode.DATA, empty, "empty", "no embeddings");
    for (String name : List.of("weights.pt", "broken.npz")) {
      Path other = Files.writeString(directory.resolve(name), "PK\u0003\u0004 of something else");
      refused(ExitCode.DATA, other, name, "npz")
          .doesNotContain("Job aborted", "stage", "awaitResult", "Exception");
    }
    Files.writeString(directory.resolve("one.csv"), "1,2,3\n");
    refused(ExitCode.DATA, directory.resolve("one.csv"), "one.csv", "2 or more");
  }

  @Test
  void refusesToMeasureWhereAllPointsAreOneAndSaysSoInTheReport() throws Exception {
    JsonNode report = measure(npy("collapsed.npy", new float[POINTS * WIDTH]));
    assertThat(report.at("/intrinsicDimension/x/reason").asText()).contains("identical");
    assertThat(report.at("/width").isMissingNode()).isTrue();
  }

  private static SparkSession session() {
    return SparkSession.builder().master("local[2]").getOrCreate();
  }

  @CanIgnoreReturnValue
  private AbstractStringAssert<?> refused(ExitCode code, Path embeddings, String... parts) {
    return refused(code, embeddings, List.of(), parts);
  }

  @CanIgnoreReturnValue
  private AbstractStringAssert<?> refused(
      ExitCode code, Path embeddings, List<String> settings, String... parts) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "measure",
                "--embeddings",
                embeddings.toString(),
                "--output",
                directory.resolve("refused").toString(),
                "--set",
                "output.overwrite=true"));
    arguments.addAll(settings);
    Commands.Ended ended = Commands.fathom(arguments.toArray(String[]::new));
    Commands.refused(ended, code, parts);
    return assertThat(ended.err());
  }

  private JsonNode measure(Path embeddings, String... settings) throws Exception {
    return measure(embeddings, directory.resolve("report"), settings);
  }

  private JsonNode measure(Path embeddings, Path output, String... settings) throws Exception {
    Commands.succeed(
        settings, "measure", "--embeddings", embeddings.toString(), "--output", output.toString());
    return Commands.report(output);
  }

  private static float[] embeddings(float noise) {
    RandomGenerator random = RandomStream.of(1, "embeddings");
    double[] axes = random.doubles(DIMENSION * WIDTH, -1, 1).toArray();
    RandomGenerator other = RandomStream.of(2, "noise");
    float[] values = new float[POINTS * WIDTH];
    for (int i = 0; i < POINTS; i++) {
      double[] point = random.doubles(DIMENSION).toArray();
      for (int c = 0; c < WIDTH; c++) {
        double sum = noise * 0.1 * other.nextGaussian();
        for (int d = 0; d < DIMENSION; d++) {
          sum += point[d] * axes[d * WIDTH + c];
        }
        values[i * WIDTH + c] = (float) sum;
      }
    }
    return values;
  }

  private static List<String> labels() {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      labels.add(List.of("a", "b", "c").get(i % 3));
    }
    return labels;
  }

  private static String csv(float[] values) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      text.append(values[i]).append((i + 1) % WIDTH == 0 ? '\n' : ',');
    }
    return text.toString();
  }

  private Path npy(String name, float[] values) throws IOException {
    return Files.write(directory.resolve(name), npy(values, WIDTH));
  }

  private static byte[] npy(float[] values, int width) {
    byte[] header = header("<f4", values.length / width, width);
    ByteBuffer buffer =
        ByteBuffer.allocate(header.length + Float.BYTES * values.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  /** A NumPy file up to its numbers. */
  private static byte[] header(String type, int rows, int columns) {
    String said =
        String.format(
            "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }%n", type, rows, columns);
    ByteBuffer header = ByteBuffer.allocate(10 + said.length()).order(ByteOrder.LITTLE_ENDIAN);
    header.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    header.putShort((short) said.length());
    header.put(said.getBytes(StandardCharsets.US_ASCII));
    return header.array();
  }
}
