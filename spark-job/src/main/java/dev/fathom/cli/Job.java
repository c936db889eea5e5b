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

/** The stages of a run, one after another, and what they tell a person. */
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

  /** The path of an output, partition included. */
  Path at(String output) {
    return settings.partition().map(part -> new Path(output, part)).orElse(new Path(output));
  }

  /**
   * Makes room for an output, which must not hold any of the inputs.
   *
   * @param inputs directories that are read, and what they are called
   * @return empty where it is there already, made of the same by the same settings
   */
  Optional<Path> claim(String output, Map<String, String> inputs) {
    return claim(output, inputs, command);
  }

  /** Makes room for embeddings of a format. */
  Optional<Path> claim(String output, Map<String, String> inputs, EmbeddingFormat format) {
    return claim(output, inputs, written(format));
  }

  /** Makes room for the embeddings of pairs that are in no dataset. */
  Optional<Path> claim(String output, NewPairs pairs, EmbeddingFormat format) {
    String as =
        written(format)
            + pairs.only().map(side -> " --side " + side).orElse("")
            + " of "
            + prepare(pairs).fingerprint();
    return claim(output, Map.of("pairs", pairs.input(), "model", pairs.model()), as);
  }

  /** The command, whose outputs of Parquet have always been stamped without their format. */
  private String written(EmbeddingFormat format) {
    return format == EmbeddingFormat.PARQUET ? command : command + " " + Settings.written(format);
  }

  /** Makes room for the widths of embeddings within a loss. */
  Optional<Path> claim(String output, Map<String, String> inputs, double loss) {
    return claim(output, inputs, command + " --loss " + loss);
  }

  private Optional<Path> claim(String output, Map<String, String> inputs, String as) {
    return claim(output, inputs, as, directory -> directory.claim(settings.overwrite()));
  }

  /**
   * Makes room for an output that holds a training, or goes on with one that was cut off. Of what
   * it left, all but the dataset and the training is made again.
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
    // Whether pairs have changed prepare can tell, which reads them.
    inputs.forEach(
        (name, input) ->
            told.put(
                name, name.equals(INPUT) ? input : input + " " + storage.state(new Path(input))));
    return StageProvenance.of(as, told, settings.effective());
  }

  /**
   * Whether an output is complete and was made by the same settings of the same inputs; pairs that
   * it prepared itself are looked at, too.
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
   * Makes room for a sweep, or goes on with the same one that is there, whether it was cut off or
   * asks for more cells now.
   *
   * @param inputs what is read: pairs to prepare, or a dataset
   * @return whether a dataset that it made is there
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

  /** Deletes an output in which nothing was done. */
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

  /** Makes a dataset, or appends to one. */
  void prepare(String input, String output, boolean append) {
    Path path = at(output);
    lock(new OutputDirectory(storage, path));
    prepare(new Prepare(spark, settings.prepare()).input(input).append(append), path);
  }

  /** Makes the dataset of an output that is claimed, unless it is there. */
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
   * @param only the side that is there alone, {@code x} or {@code y}; empty where both are
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

  /** A stage that prepares pairs as a model's own were prepared. */
  private Prepare prepare(NewPairs pairs) {
    ModelCard card = new ModelFiles(storage, new Path(pairs.model())).readCard();
    Reading reading = new Reading(card.x().reads(), card.y().reads(), pairs.only());
    PrepareSettings how =
        PrepareSettings.of(settings.all().with(PreparedAs.assignments(card, ""))).readBy(reading);
    return new Prepare(spark, how).input(pairs.input()).readBy(reading);
  }

  /** Measures embeddings. */
  void measure(String embeddings, Path output) {
    report.measure(measurement(embeddings, output).execute());
  }

  /**
   * Measures embeddings.
   *
   * @param data the dataset that they are of, whose pairs are shown
   */
  void measure(String embeddings, String data, Path output) {
    report.measure(measurement(embeddings, output).dataset(new Path(data)).execute());
  }

  /** Tells the width that embeddings need. */
  void width(String embeddings, double loss) {
    report.width(
        new Width(spark, settings.columns(), settings.measure(), loss).execute(embeddings));
  }

  private Measure measurement(String embeddings, Path output) {
    return new Measure(spark, settings.measure(), settings.columns())
        .embeddings(embeddings)
        .pointwise(new RunFiles(output).pointwise());
  }

  /** Writes the reports, marks the output as complete, and says where everything is. */
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
