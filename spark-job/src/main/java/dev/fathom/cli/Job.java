// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.common.Storage;
import dev.fathom.data.DatasetFiles;
import dev.fathom.embed.Embed;
import dev.fathom.measure.Measure;
import dev.fathom.prepare.Prepare;
import dev.fathom.prepare.PrepareResult;
import dev.fathom.report.Headline;
import dev.fathom.report.ReportFiles;
import dev.fathom.report.RunReport;
import dev.fathom.sweep.Sweep;
import dev.fathom.sweep.SweepFiles;
import dev.fathom.train.Train;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** The stages of a run, one after another, and what they tell a person. */
final class Job {
  static final String DATA = "data";
  static final String MODEL = "model";
  static final String EMBEDDINGS = "embeddings";
  static final String POINTWISE = "pointwise";

  private final SparkSession spark;
  private final Storage storage;
  private final JobSettings settings;
  private final PrintStream out;
  private RunReport report;
  private Optional<Path> claimed = Optional.empty();

  Job(SparkSession spark, String command, JobSettings settings, PrintStream out) {
    this.spark = spark;
    this.settings = settings;
    this.out = out;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
    report =
        RunReport.of(
            command,
            settings.seed(),
            settings.effective(),
            List.of(
                Fathom.version(),
                "Spark " + spark.version(),
                "Java " + Runtime.version().feature()));
  }

  /** Makes room for the output, which must not hold any of the inputs. */
  Path claim(String directory, String... inputs) {
    Path path = apart(directory, inputs);
    storage.claim(path, settings.overwrite());
    claimed = Optional.of(path);
    return path;
  }

  /**
   * Makes room for an output that holds a training, or goes on with one that was cut off. Of what
   * it left, all but the training is made again.
   */
  Path claimOrResume(String directory, String... inputs) {
    Path path = apart(directory, inputs);
    storage.claimOrResume(path, settings.overwrite());
    claimed = Optional.of(path);
    for (String stage : List.of(DATA, MODEL, EMBEDDINGS, POINTWISE)) {
      storage.delete(new Path(path, stage));
    }
    return path;
  }

  /**
   * Makes room for a sweep, or goes on with the same one that is there, whether it was cut off or
   * asks for more cells now.
   *
   * @param input where the pairs come from, or nothing where they are a dataset
   * @return whether a dataset that it made is there
   */
  boolean claimOrExtend(Path path, Optional<String> input, Optional<String> data) {
    input.or(() -> data).ifPresent(read -> storage.requireApart(path, new Path(read)));
    SweepFiles files = new SweepFiles(storage, path);
    if (settings.overwrite() || !files.exist()) {
      storage.claim(path, settings.overwrite());
      claimed = Optional.of(path);
      return false;
    }
    files.requireSame(input, settings.sweep().identity());
    return storage.isComplete(new Path(path, DATA));
  }

  /** Leaves no output behind in which nothing was done. */
  void release() {
    claimed.ifPresent(storage::releaseIfEmpty);
  }

  void sweep(String data, Path output) {
    report = report.with(new DatasetFiles(new Path(data)).readCard(storage));
    report =
        report.with(
            new Sweep(spark, settings.sweep()).data(data).output(output.toString()).execute());
  }

  private Path apart(String directory, String... inputs) {
    Path path = new Path(directory);
    for (String input : inputs) {
      storage.requireApart(path, new Path(input));
    }
    return path;
  }

  /** Makes a dataset, or adds to one, and prints what became of the rows. */
  void prepare(String input, String output, boolean append) {
    PrepareResult result =
        new Prepare(spark, settings.prepare()).input(input).output(output).append(append).execute();
    report = report.with(result);
    PrepareTable.of(result).forEach(out::println);
  }

  void train(String data, Path output) {
    report = report.with(new DatasetFiles(new Path(data)).readCard(storage));
    report =
        report.with(
            new Train(spark, settings.train()).data(data).output(output.toString()).execute());
  }

  void embed(String model, String data, String output) {
    report =
        report.with(
            new Embed(spark, settings.splits()).model(model).data(data).output(output).execute());
  }

  /**
   * Measures embeddings.
   *
   * @param data the dataset that they are of, whose pairs are shown
   */
  void measure(String embeddings, Optional<String> data, Path output) {
    report =
        report.with(
            new Measure(spark, settings.measure(), settings.columns())
                .embeddings(embeddings)
                .pointwise(new Path(output, POINTWISE))
                .dataset(data.map(Path::new))
                .execute());
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
