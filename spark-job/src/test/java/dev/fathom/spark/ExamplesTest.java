// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.random.RandomStream;
import dev.fathom.testing.LocalSpark;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the programs of {@code examples/}. */
class ExamplesTest {
  private static final Path EXAMPLE = Path.of("..", "examples", "SharedDimension.java");
  private static final String[] COLOURS = {"red", "green", "blue"};

  @TempDir private Path here;

  @Test
  void theExampleTrainsMeasuresAndSaves() throws Exception {
    String pairs = here.resolve("pairs.parquet").toString();
    write(Path.of(pairs));
    String model = here.resolve("model").toString();

    String told = run(pairs, model);

    assertThat(told).contains("recall@1: ");
    assertThat(ContrastiveModel.load(model).dimension()).isEqualTo(8);
  }

  /** Writes the pairs of the examples, and reads them. */
  static Dataset<Row> write(Path parquet) throws Exception {
    SparkSession spark = LocalSpark.session();
    spark
        .createDataFrame(
            pairs(),
            new StructType().add("id", "string").add("picture", "binary").add("caption", "string"))
        .write()
        .parquet(parquet.toString());
    return spark.read().parquet(parquet.toString());
  }

  private static List<Row> pairs() throws Exception {
    RandomGenerator random = RandomStream.of(8, "example");
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 256; pixel++) {
        picture.setRGB(pixel % 16, pixel / 16, (0xc0 << (8 * (2 - i % 3))) + random.nextInt(64));
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(picture, "png", out);
      rows.add(RowFactory.create("p" + i, out.toByteArray(), COLOURS[i % 3] + " " + i % 50));
    }
    return rows;
  }

  private String run(String... arguments) throws Exception {
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                here.toString(),
                EXAMPLE.toString());
    assertThat(compiled).isZero();
    PrintStream out = System.out;
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    System.setOut(new PrintStream(kept, true, StandardCharsets.UTF_8));
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {here.toUri().toURL()}, getClass().getClassLoader())) {
      loader
          .loadClass("SharedDimension")
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } finally {
      System.setOut(out);
    }
    return kept.toString(StandardCharsets.UTF_8);
  }
}
