// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.error.ExitCode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model makes of pairs that were in no dataset. */
class NewPairsTest {
  private static final int PAIRS = 80;

  @TempDir private static Path here;

  @BeforeAll
  static void train() throws IOException {
    StringBuilder pairs = new StringBuilder("key,file,caption\n");
    StringBuilder captions = new StringBuilder("key,caption\n");
    Files.createDirectories(here.resolve("pictures"));
    for (int i = 0; i < PAIRS; i++) {
      BufferedImage picture = new BufferedImage(12, 6, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 72; pixel++) {
        picture.setRGB(pixel % 12, pixel / 12, 0xff << (8 * (pixel * i % 3)));
      }
      ImageIO.write(picture, "png", here.resolve("pictures/p" + i + ".png").toFile());
      pairs.append("p%d,pictures/p%d.png,%s%n".formatted(i, i, caption(i)));
      captions.append("p%d,%s%n".formatted(i, caption(i)));
    }
    Files.writeString(here.resolve("pairs.csv"), pairs);
    Files.writeString(here.resolve("captions.csv"), captions);
    // The training does not hear how pictures were made: the dataset tells the model.
    succeed(
        "prepare --input %s --output %s --set input.key=key --set image.size=6 --set image.resize=center_crop",
        "pairs.csv", "data");
    succeed("train --data %s --output %s --set training.epochs=1", "data", "trained");
    succeed(
        "embed --model %s --data %s --output %s --set embed.split=all",
        "trained/model", "data", "embedded");
  }

  private static String caption(int i) {
    return "picture number %d of %s".formatted(i, i % 2 == 0 ? "the even" : "odd ones");
  }

  private static void succeed(String command, String... files) {
    Commands.succeed(new String[0], arguments(command, files));
  }

  private static String[] arguments(String command, String... files) {
    Object[] paths = List.of(files).stream().map(here::resolve).toArray();
    return command.formatted(paths).split(" ", -1);
  }

  @Test
  void newPairsAreEmbeddedAsThoseOfTheDatasetAre() {
    succeed(
        "embed --model %s --input %s --output %s --set input.key=key",
        "trained/model", "pairs.csv", "both");

    assertSame(read("both"), read("embedded"), "x");
    assertSame(read("both"), read("embedded"), "y");
    assertThat(here.resolve("both/_pairs")).doesNotExist();
    assertThat(here.resolve("both/_rejects")).isDirectory();
  }

  @Test
  void oneSideIsEmbeddedWithoutItsPartners() throws IOException {
    Files.writeString(here.resolve("pictures/broken.png"), "none");
    succeed(
        "embed --model %s --input %s --side x --output %s",
        "trained/model", "pictures", "pictured");
    succeed(
        "embed --model %s --input %s --side y --output %s --set input.key=key --set input.y=caption",
        "trained/model", "captions.csv", "told");

    assertSame(read("pictured"), read("embedded"), "x");
    assertThat(read("pictured").get("p0").schema().fieldNames())
        .containsExactlyInAnyOrder("key", "split", "label", "x", "x_digest");
    assertSame(read("told"), read("embedded"), "y");
  }

  @Test
  void whatTheModelDoesNotReadIsToldInOneLine() {
    Commands.Ended swapped =
        Commands.fathom(
            arguments(
                "embed --model %s --input %s --output %s --set input.x=caption --set input.y=file",
                "trained/model", "pairs.csv", "swapped"));
    assertThat(swapped.code()).isEqualTo(ExitCode.DATA.code());
    assertThat(swapped.err()).contains("the model's x reads IMAGE [6, 6, 3]");

    Commands.Ended sided =
        Commands.fathom(
            arguments(
                "embed --model %s --data %s --side x --output %s",
                "trained/model", "data", "sided"));
    assertThat(sided.code()).isEqualTo(ExitCode.USAGE.code());
  }

  private static void assertSame(Map<String, Row> found, Map<String, Row> expected, String side) {
    assertThat(found).hasSize(PAIRS).containsOnlyKeys(expected.keySet());
    found.forEach(
        (key, row) ->
            assertThat(numbers(row, side))
                .as(key)
                .containsExactly(numbers(expected.get(key), side), within(1e-5)));
  }

  private static double[] numbers(Row row, String side) {
    return row.<Float>getList(row.fieldIndex(side)).stream()
        .mapToDouble(Float::doubleValue)
        .toArray();
  }

  private static Map<String, Row> read(String embeddings) {
    try (SparkSession spark =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", false).getOrCreate()) {
      List<Row> rows =
          new ArrayList<>(
              spark.read().parquet(here.resolve(embeddings).toString()).collectAsList());
      Map<String, Row> byKey = new TreeMap<>();
      rows.forEach(row -> byKey.put(row.getAs("key"), row));
      return byKey;
    }
  }
}
