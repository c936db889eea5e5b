// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Split;
import dev.fathom.embed.Embed;
import dev.fathom.embed.EmbeddingFormat;
import dev.fathom.error.FathomException;
import dev.fathom.error.Printable;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.measure.Measure;
import dev.fathom.model.ModelCard;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.ModelSettings;
import dev.fathom.model.PreparedAs;
import dev.fathom.output.OutputDirectory;
import dev.fathom.output.StageProvenance;
import dev.fathom.prepare.Prepare;
import dev.fathom.prepare.PrepareResult;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.prepare.Reading;
import dev.fathom.report.Headline;
import dev.fathom.report.ReportFiles;
import dev.fathom.report.RunReport;
import dev.fathom.settings.Settings;
import dev.fathom.sweep.Sweep;
import dev.fathom.sweep.SweepFiles;
import dev.fathom.train.Train;
import dev.fathom.width.Width;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Runs the stages of a command one after another, and reports them to the user. */
final class Job {
  /** Name of the pairs among the inputs of a job. */
  static final String INPUT = "input";

  private final SparkSession spark;
  private final Storage storage;
  private final JobSettings settings;
  private final PrintStream out;
  private final String command;
  private final RunReport.Builder report;
  private Optional<OutputDirectory> output = Optional.empty();

  Job(SparkSession spark, String command, JobSettings settings, PrintStream out) {
    this.spark = spark;
    this.command = command;
    this.settings = settings;
    this.out = out;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
    report =
        new RunReport.Builder(
            new RunReport.Run(
                command,
                settings.seed(),
                settings.effective(),
                List.of(
                    Fathom.version(),
                    "Spark " + spark.version(),
                    "Java " + Runtime.version().feature())));
  }

  /** The path of an output, including the partition. */
  Path at(String output) {
    return settings.partition().map(part -> new Path(output, part)).orElse(new Path(output));
  }

  /**
   * Claims a directory for an output, which must not contain any of the inputs.
   *
   * @param inputs directories that are read, by their names
   * @return the directory; empty if it already holds the output of the same inputs and settings
   */
  Optional<Path> claim(String output, Map<String, String> inputs) {
    return claim(output, inputs, command);
  }

  /** Claims a directory for embeddings of a format. */
  Optional<Path> claim(String output, Map<String, String> inputs, EmbeddingFormat format) {
    return claim(output, inputs, written(format));
  }

  /** Claims a directory for embeddings of pairs that are in no dataset. */
  Optional<Path> claim(String output, NewPairs pairs, EmbeddingFormat format) {
    String as =
        written(format)
            + pairs.only().map(side -> " --side " + side).orElse("")
            + " of "
            + prepare(pairs).fingerprint();
    return claim(output, Map.of("pairs", pairs.input(), "model", pairs.model()), as);
  }

  /** The command that is recorded with an output; for Parquet it has never included the format. */
  private String written(EmbeddingFormat format) {
    return format == EmbeddingFormat.PARQUET ? command : command + " " + Settings.written(format);
  }

  /** Claims a directory for a width analysis with an allowed loss. */
  Optional<Path> claim(String output, Map<String, String> inputs, double loss) {
    return claim(output, inputs, command + " --loss " + loss);
  }

  private Optional<Path> claim(String output, Map<String, String> inputs, String as) {
    return claim(output, inputs, as, directory -> directory.claim(settings.overwrite()));
  }

  /**
   * Claims a directory for an output with a training, or resumes an interrupted one. A resumed
   * output keeps its dataset and training; everything else is made again.
   */
  Optional<Path> claimOrResume(String output, Map<String, String> inputs) {
    Map<String, String> all = new TreeMap<>(settings.train().model().start().inputs());
    all.putAll(inputs);
    return claim(
        output,
        all,
        command,
        directory -> {
          directory.claimOrResume(settings.overwrite());
          RunFiles files = new RunFiles(directory.path());
          List.of(files.model(), files.embeddings(), files.pointwise()).forEach(storage::delete);
        });
  }

  private Optional<Path> claim(
      String named, Map<String, String> inputs, String as, Consumer<OutputDirectory> claim) {
    OutputDirectory directory = new OutputDirectory(storage, at(named));
    inputs.values().forEach(input -> directory.requireApart(new Path(input)));
    StageProvenance provenance = provenance(inputs, as);
    if (isDone(directory, inputs, provenance)) {
      return Optional.empty();
    }
    lock(directory);
    claim.accept(directory);
    directory.stamp(provenance);
    return Optional.of(directory.path());
  }

  private StageProvenance provenance(Map<String, String> inputs, String as) {
    Map<String, String> told = new TreeMap<>();
    // Whether the pairs themselves have changed is left to prepare, which reads them.
    inputs.forEach(
        (name, input) ->
            told.put(
                name, name.equals(INPUT) ? input : input + " " + storage.state(new Path(input))));
    return StageProvenance.of(as, told, ModelSettings.identity(settings.effective()));
  }

  /**
   * Whether an output is complete and was made from the same inputs by the same settings; pairs
   * that it prepared itself are checked, too.
   */
  private boolean isDone(
      OutputDirectory directory, Map<String, String> inputs, StageProvenance provenance) {
    if (settings.overwrite() || !directory.isComplete(provenance)) {
      return false;
    }
    String input = inputs.getOrDefault(INPUT, "");
    Path data = new RunFiles(directory.path()).data();
    boolean same =
        input.isEmpty()
            || new Prepare(spark, settings.prepare()).input(input).output(data.toString()).isMade();
    if (same) {
      print(
          directory.path()
              + " is done already, of the same by the same settings; --set output.overwrite=true does it again");
    }
    return same;
  }

  private void lock(OutputDirectory directory) {
    directory.lock();
    output = Optional.of(directory);
  }

  /**
   * Claims a directory for a sweep, or continues the same sweep, whether it was interrupted or now
   * has more cells.
   *
   * @param inputs paths that are read: pairs to prepare, or a dataset
   * @return whether the directory already holds a dataset that the sweep made
   */
  boolean claimOrExtend(Path path, Map<String, String> inputs) {
    OutputDirectory directory = new OutputDirectory(storage, path);
    inputs.values().forEach(read -> directory.requireApart(new Path(read)));
    settings
        .train()
        .model()
        .start()
        .inputs()
        .values()
        .forEach(read -> directory.requireApart(new Path(read)));
    lock(directory);
    SweepFiles files = new SweepFiles(storage, path);
    if (settings.overwrite() || !files.exist()) {
      directory.claim(settings.overwrite());
      return false;
    }
    if (inputs.containsKey(INPUT)) {
      files.requireSame(inputs.get(INPUT), settings.sweep().identity());
    } else {
      files.requireSame(settings.sweep().identity());
    }
    return new OutputDirectory(storage, new RunFiles(path).data()).isComplete();
  }

  /** Deletes an output if no work was done in it. */
  void release() {
    output.ifPresent(OutputDirectory::abandon);
  }

  /** Fails if the settings ask for a split that a sweep does not measure. */
  void requireTestSplit() {
    if (!settings.splits().equals(List.of(Split.TEST))) {
      throw FathomException.usage(
          "a sweep measures the test split, so embed.split must be test; cells.csv has the retrieval of the validation pairs beside it");
    }
  }

  void sweep(String data, Path output) {
    report.data(new DatasetFiles(new Path(data)).readCard(storage));
    report.sweep(new Sweep(spark, settings.sweep()).data(data).output(output.toString()).execute());
  }

  /** Unlocks the output. */
  void unlock() {
    output.ifPresent(OutputDirectory::close);
  }

  /** Makes a dataset, or appends to an existing one. */
  void prepare(String input, String output, boolean append) {
    Path path = at(output);
    lock(new OutputDirectory(storage, path));
    prepare(new Prepare(spark, settings.prepare()).input(input).append(append), path);
  }

  /** Makes the dataset of a claimed output, unless it is there already. */
  void prepareWithin(String input, String dataset) {
    prepare(new Prepare(spark, settings.prepare()).input(input).replacing(true), new Path(dataset));
  }

  private void prepare(Prepare stage, Path output) {
    PrepareResult result = stage.output(output.toString()).execute();
    report.prepare(result);
    PrepareTable.of(result).forEach(this::print);
  }

  void train(String data, Path output) {
    report.data(new DatasetFiles(new Path(data)).readCard(storage));
    report.train(new Train(spark, settings.train()).data(data).output(output.toString()).execute());
  }

  void embed(String model, String data, String output, EmbeddingFormat format) {
    report.embed(
        new Embed(spark, settings.splits())
            .model(model)
            .data(data)
            .output(output)
            .format(format)
            .execute());
  }

  /**
   * Pairs that are in no dataset, for a model to read.
   *
   * @param model directory of the model
   * @param input any form of input that prepare takes
   * @param only the only side that exists, {@code x} or {@code y}; empty if both do
   */
  record NewPairs(String model, String input, Optional<String> only) {}

  /** Embeds pairs that are in no dataset, or one side of them. */
  void embed(NewPairs pairs, Path output, EmbeddingFormat format) {
    Path prepared = new Path(output, "_pairs");
    PrepareResult result = prepare(pairs).output(prepared.toString()).execute();
    PrepareTable.rows(result).forEach(this::print);
    storage.move(new DatasetFiles(prepared).rejects(), new Path(output, "_rejects"));
    report.embed(
        new Embed(spark, List.of(Split.TEST))
            .model(pairs.model())
            .data(prepared.toString())
            .output(output.toString())
            .format(format)
            .execute());
    storage.delete(prepared);
  }

  /** Creates a stage that prepares pairs as the model's own pairs were prepared. */
  private Prepare prepare(NewPairs pairs) {
    ModelCard card = new ModelFiles(storage, new Path(pairs.model())).readCard();
    Reading reading = new Reading(card.x().reads(), card.y().reads(), pairs.only());
    PrepareSettings how =
        PrepareSettings.of(settings.all().with(PreparedAs.assignments(card, ""))).readBy(reading);
    return new Prepare(spark, how).input(pairs.input()).readBy(reading);
  }

  /** Measures embeddings without a dataset. */
  void measure(String embeddings, Path output) {
    report.measure(measurement(embeddings, output).execute());
  }

  /**
   * Measures embeddings.
   *
   * @param data the dataset that the embeddings were made from, whose pairs are shown
   */
  void measure(String embeddings, String data, Path output) {
    report.measure(measurement(embeddings, output).dataset(new Path(data)).execute());
  }

  /** Analyses the width that embeddings need. */
  void width(String embeddings, double loss) {
    report.width(
        new Width(spark, settings.columns(), settings.measure(), loss).execute(embeddings));
  }

  private Measure measurement(String embeddings, Path output) {
    return new Measure(spark, settings.measure(), settings.columns())
        .embeddings(embeddings)
        .pointwise(new RunFiles(output).pointwise());
  }

  /** Writes the reports, marks the output as complete, and prints where everything is. */
  void report(Path path) {
    ReportFiles files = new ReportFiles(storage, path);
    RunReport found = report.build();
    files.write(found);
    new OutputDirectory(storage, path).complete();
    print("");
    Headline.of(found).forEach(this::print);
    print("Report: " + files.html());
  }

  private void print(String line) {
    out.println(Printable.line(Secrets.masked(line)));
  }
}
