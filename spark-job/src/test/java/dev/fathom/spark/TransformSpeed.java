// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fathom.data.Split;
import dev.fathom.embed.Embed;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelCard;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.PreparedAs;
import dev.fathom.prepare.Prepare;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.prepare.Reading;
import dev.fathom.settings.Settings;
import dev.fathom.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prints how many rows a second a model transforms, and {@code fathom embed} embeds, in turns: the
 * pictures and captions of OpenMoji, four times over. Not among the tests that a build runs: {@code
 * -Dtest=TransformSpeed} names it.
 */
class TransformSpeed {
  private static final Path OPENMOJI = Path.of("../../shared/data/openmoji").toAbsolutePath();
  private static final int TIMES = 4;
  private static final int TURNS = 4;

  @TempDir private Path here;

  private final SparkSession spark = LocalSpark.session();

  @Test
  void rowsASecond() throws Exception {
    assumeTrue(Files.isDirectory(OPENMOJI), "no OpenMoji at " + OPENMOJI);
    List<String> lines = Files.readAllLines(OPENMOJI.resolve("captions.tsv"));
    List<String> all = new ArrayList<>(lines.subList(0, 1));
    for (int time = 0; time < TIMES; time++) {
      all.addAll(lines.subList(1, lines.size()));
    }
    Path manifest = Files.write(here.resolve("pairs.tsv"), all);
    Dataset<Row> pairs =
        spark
            .read()
            .option("sep", "\t")
            .option("header", true)
            .csv(manifest.toString())
            .repartition(8);
    ContrastiveModel model =
        new ContrastiveEstimator()
            .setXCol("file")
            .setYCol("caption")
            .setEpochs(1)
            .setHandleInvalid("skip")
            .setSettings("input.images=" + OPENMOJI)
            .fit(pairs.limit(1000));
    model.write().overwrite().save(here.resolve("saved").toString());
    int rows = all.size() - 1;

    for (int turn = 0; turn < TURNS; turn++) {
      String out = here.resolve("transformed" + turn).toString();
      print("transform", rows, () -> model.transform(pairs).write().parquet(out));
      String of = "embedded" + turn;
      print("embed --input", rows, () -> embedInput(manifest, of));
      print("embed --data", rows, () -> embed(here.resolve(of + "-data"), of + "-again"));
      System.gc();
      System.out.printf(
          "%,d MB of heap in use%n",
          (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
    }
  }

  private static void print(String what, int rows, Runnable work) {
    long start = System.nanoTime();
    work.run();
    System.out.printf("%s: %,.0f rows a second%n", what, rows * 1e9 / (System.nanoTime() - start));
  }

  private String model() {
    return here.resolve("saved/model").toString();
  }

  private void embedInput(Path manifest, String name) {
    ModelCard card =
        new ModelFiles(
                new Storage(spark.sparkContext().hadoopConfiguration()),
                new org.apache.hadoop.fs.Path(model()))
            .readCard();
    Reading reading = new Reading(card.x().reads(), card.y().reads(), Optional.empty());
    Settings settings =
        Settings.defaults()
            .with(List.of("input.x=file", "input.y=caption", "input.images=" + OPENMOJI))
            .with(PreparedAs.assignments(card, ""));
    Path data = here.resolve(name + "-data");
    new Prepare(spark, PrepareSettings.of(settings).readBy(reading))
        .input(manifest.toString())
        .readBy(reading)
        .output(data.toString())
        .execute();
    embed(data, name);
  }

  private void embed(Path data, String name) {
    new Embed(spark, List.of(Split.TEST))
        .model(model())
        .data(data.toString())
        .output(here.resolve(name).toString())
        .execute();
  }
}
