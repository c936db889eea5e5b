// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.common.Storage;
import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Split;
import dev.fathom.embed.Embed;
import dev.fathom.measure.Measure;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.prepare.Prepare;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.report.Headline;
import dev.fathom.report.ReportFiles;
import dev.fathom.report.RunReport;
import dev.fathom.settings.Settings;
import dev.fathom.train.Train;
import dev.fathom.train.TrainSettings;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * The stages of a run, one after another, and what they tell a person. Every setting is read before
 * any work is done.
 */
final class Job {
  private final SparkSession spark;
  private final Storage storage;
  private final Settings settings;
  private final PrepareSettings prepareSettings;
  private final TrainSettings trainSettings;
  private final MeasureSettings measureSettings;
  private final List<Split> splits;
  private final PrintStream out;
  private RunReport report;

  Job(SparkSession spark, String command, Settings settings, PrintStream out) {
    this.spark = spark;
    this.settings = settings;
    this.out = out;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
    prepareSettings = PrepareSettings.of(settings);
    trainSettings = TrainSettings.of(settings);
    measureSettings = MeasureSettings.of(settings);
    splits = splits(settings);
    report = RunReport.of(command, settings.wholeNumber("training.seed"), settings.effective());
  }

  /** Reads every setting, and so refuses a wrong one. */
  static void check(Settings settings) {
    PrepareSettings.of(settings);
    TrainSettings.of(settings);
    MeasureSettings.of(settings);
    splits(settings);
  }

  private static List<Split> splits(Settings settings) {
    String chosen = settings.choice("embed.split", List.of("train", "val", "test", "all"));
    return Arrays.stream(Split.values())
        .filter(split -> chosen.equals("all") || chosen.equals(split.directory()))
        .toList();
  }

  /** Makes room for the output, which must not hold any of the inputs. */
  Path claim(String directory, String... inputs) {
    Path path = new Path(directory);
    for (String input : inputs) {
      storage.requireApart(path, new Path(input));
    }
    storage.claim(path, settings.flag("output.overwrite"));
    return path;
  }

  void prepare(String input, String output) {
    report = report.with(new Prepare(spark, prepareSettings).input(input).output(output).execute());
    DatasetCard card = report.data().orElseThrow();
    out.printf(
        Locale.ROOT,
        "prepared %,d pairs of %,d read: %,d to train, %,d to validate, %,d to test%n",
        card.counts().read() - card.counts().rejected(),
        card.counts().read(),
        card.counts().train(),
        card.counts().validation(),
        card.counts().test());
    card.rejects()
        .forEach((reason, count) -> out.printf(Locale.ROOT, "rejected %,d: %s%n", count, reason));
  }

  void train(String data, Path output) {
    report = report.with(new DatasetFiles(new Path(data)).readCard(storage));
    report =
        report.with(new Train(spark, trainSettings).data(data).output(output.toString()).execute());
  }

  void embed(String model, String data, String output) {
    report = report.with(new Embed(spark, splits).model(model).data(data).output(output).execute());
  }

  void measure(String embeddings) {
    report = report.with(new Measure(spark, measureSettings).embeddings(embeddings).execute());
  }

  /** Writes the reports, marks the output as complete, and says where everything is. */
  void report(Path output) {
    ReportFiles files = new ReportFiles(storage, output);
    files.write(report);
    storage.complete(output);
    out.println();
    Headline.of(report).forEach(out::println);
    out.printf("Report: %s%n", files.html());
  }
}
