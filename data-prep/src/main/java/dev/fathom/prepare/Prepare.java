// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Modality;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import dev.fathom.prepare.backbone.Backbones;
import dev.fathom.prepare.source.Fingerprint;
import dev.fathom.prepare.source.InputSettings;
import dev.fathom.prepare.source.OneSide;
import dev.fathom.prepare.source.Source;
import dev.fathom.prepare.source.Sources;
import dev.fathom.prepare.source.synthetic.BuiltInSource;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stage {@code prepare}, which turns pairs in any common form into a dataset: checked, decoded,
 * split, normalised by the training split, and written as Parquet shards with a card.
 *
 * <p>A row that cannot become a pair is rejected with its reason, and the job continues. The same
 * input, settings and seed give the same rows in the same order in the same shards, whatever the
 * cluster; if the dataset exists already, nothing is done. A stage that fails leaves no dataset,
 * and leaves a dataset that it appends to as it was.
 */
public final class Prepare {
  private static final Logger LOG = LoggerFactory.getLogger(Prepare.class);

  private final SparkSession spark;
  private final PrepareSettings settings;
  private final Storage storage;
  private String input = "";
  private String output = "";
  private String provenance = "";
  private Optional<Source> opened = Optional.empty();
  private Optional<Reading> reading = Optional.empty();
  private Optional<String> remedy = Optional.empty();
  private boolean append;
  private boolean replace;

  /** Creates a stage that runs on this session. */
  public Prepare(SparkSession spark, PrepareSettings settings) {
    this.spark = spark;
    this.settings = settings;
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /** Sets the source of the pairs: a path, a pattern of paths, or the name of a built-in source. */
  @CanIgnoreReturnValue
  public Prepare input(String specification) {
    input = specification;
    return this;
  }

  /**
   * Sets a source that is already open.
   *
   * @param name name of the source on the card
   */
  @CanIgnoreReturnValue
  public Prepare input(Source pairs, String name) {
    opened = Optional.of(pairs);
    input = name;
    return this;
  }

  /** Sets the directory that the dataset is written to. */
  @CanIgnoreReturnValue
  public Prepare output(String directory) {
    output = directory;
    return this;
  }

  /** Sets whether to add the pairs to the existing dataset. */
  @CanIgnoreReturnValue
  public Prepare append(boolean toWhatIsThere) {
    append = toWhatIsThere;
    return this;
  }

  /** Sets whether another existing dataset may be replaced, whatever the settings say. */
  @CanIgnoreReturnValue
  public Prepare replacing(boolean whatIsThere) {
    replace = whatIsThere;
    return this;
  }

  /** Sets the advice in the error of too many rejects, instead of that to raise a key. */
  @CanIgnoreReturnValue
  public Prepare remedy(String told) {
    remedy = Optional.of(told);
    return this;
  }

  /** Prepares the pairs as a model reads them, and places all in the test split. */
  @CanIgnoreReturnValue
  public Prepare readBy(Reading model) {
    reading = Optional.of(model);
    return this;
  }

  /** Whether the dataset of the same input and settings exists already. */
  public boolean isMade() {
    return whole(new DatasetFiles(new Path(output)))
        .filter(card -> holds(card, fingerprint(source())))
        .isPresent();
  }

  private Source source() {
    return opened.orElseGet(this::open);
  }

  private Source open() {
    Optional<Source> builtIn =
        BuiltInSource.named(
            input,
            JavaSparkContext.fromSparkContext(spark.sparkContext()),
            settings.synthetic(),
            settings.image().size());
    if (builtIn.isPresent() && settings.input().groupBy().isPresent()) {
      throw FathomException.usage(
          "split.groupBy = %s, but a built-in source has no columns; set it to null",
          settings.input().groupBy().get());
    }
    Optional<Boolean> first = reading.flatMap(Reading::only).map("x"::equals);
    InputSettings where = first.map(settings.input()::ofOneSide).orElse(settings.input());
    Source source = builtIn.orElseGet(() -> new Sources(spark, storage, where).open(input));
    return first.<Source>map(x -> new OneSide(source, x)).orElse(source);
  }

  /** The provenance of all settings; the files of frozen networks are read only once. */
  private String provenance() {
    if (provenance.isEmpty()) {
      provenance = settings.provenance(storage);
    }
    return provenance;
  }

  /** A digest of the input and the settings, the same as {@link DatasetCard#fingerprint}. */
  public String fingerprint() {
    return fingerprint(source());
  }

  private String fingerprint(Source source) {
    return Fingerprint.of(
        Secrets.masked(
            String.join(" ", source.fingerprint(), settings.input().provenance(), provenance())));
  }

  /**
   * Makes the dataset, or adds to it.
   *
   * @throws FathomException of usage if input or output are wrong, of data if there is nothing to
   *     read or too little to keep
   */
  public PrepareResult execute() {
    long start = System.nanoTime();
    requireNamed("input", input);
    requireNamed("output", output);
    DatasetFiles files = new DatasetFiles(new Path(output));
    PrepareJob job = new PrepareJob(spark, settings);
    remedy.ifPresent(job::remedy);
    try {
      job.describe("open %s".formatted(shown()));
      Source source = source();
      requireRead(source);
      if (opened.isEmpty()) {
        directory().requireApart(new Path(input));
        directory().requireOutside(new Path(input));
      }
      String fingerprint = fingerprint(source);
      if (append) {
        return append(source, fingerprint, files, job, start);
      }
      Optional<DatasetCard> there = settings.overwrite() ? Optional.empty() : whole(files);
      if (there.isPresent() && holds(there.get(), fingerprint)) {
        LOG.info(
            "prepare {} is made of {} by the same settings already",
            Secrets.masked(output),
            shown());
        return result(there.get(), there.get(), true, start);
      }
      directory().claim(replace || settings.overwrite());
      DatasetCard card = writeOrNothing(source, fingerprint, files, job);
      return result(card, card, false, start);
    } finally {
      spark.sparkContext().clearJobGroup();
    }
  }

  private OutputDirectory directory() {
    return new OutputDirectory(storage, new Path(output));
  }

  private Optional<DatasetCard> whole(DatasetFiles files) {
    return directory().isComplete() && storage.exists(files.card())
        ? Optional.of(files.readCard(storage))
        : Optional.empty();
  }

  private static boolean holds(DatasetCard card, String fingerprint) {
    return card.parts().stream().anyMatch(part -> part.fingerprint().equals(fingerprint));
  }

  private PrepareResult result(DatasetCard card, DatasetCard added, boolean reused, long start) {
    DatasetFiles.Size shards = new DatasetFiles(new Path(output)).size(storage);
    return new PrepareResult(
        card,
        added,
        reused,
        output,
        shards.files(),
        shards.bytes(),
        (System.nanoTime() - start) * 1e-9);
  }

  private DatasetCard writeOrNothing(
      Source source, String fingerprint, DatasetFiles files, PrepareJob job) {
    boolean complete = false;
    try {
      PrepareJob.Made made = made(source, files, job);
      DatasetCard card = card(source, fingerprint, made);
      storage.writeJson(files.card(), card);
      directory().complete();
      complete = true;
      return card;
    } finally {
      if (!complete) {
        discard(files.directory());
      }
    }
  }

  private PrepareJob.Made made(Source source, DatasetFiles files, PrepareJob job) {
    Backbones backbones =
        Backbones.open(
            JavaSparkContext.fromSparkContext(spark.sparkContext()),
            storage,
            settings.backbones(),
            modalities(source));
    try {
      reading.ifPresent(model -> model.requireSame(backbones));
      reading.ifPresent(job::readBy);
      return job.describingBy(backbones).write(source, shown(), files);
    } finally {
      backbones.close();
    }
  }

  private static List<Modality> modalities(Source source) {
    return List.of(source.x().modality(), source.y().modality());
  }

  /** Refuses a network for a modality that the source does not have. */
  private void requireRead(Source source) {
    reading.ifPresent(model -> model.requireReads(source.x(), source.y()));
    boolean pictures = modalities(source).contains(Modality.IMAGE);
    boolean captions = modalities(source).contains(Modality.TEXT);
    if (settings.backbones().image().isPresent() && !pictures) {
      throw FathomException.usage(
          "image.backbone is set, but %s has no pictures; set it to null", shown());
    }
    if (settings.backbones().text().isPresent() && !captions) {
      throw FathomException.usage(
          "text.backbone is set, but %s has no texts; set it to null", shown());
    }
  }

  private PrepareResult append(
      Source source, String fingerprint, DatasetFiles files, PrepareJob job, long start) {
    AppendedPart part = new AppendedPart(storage, files);
    part.mend();
    DatasetCard there = files.readCard(storage);
    if (holds(there, fingerprint)) {
      LOG.info("prepare {} is a part of {} already", shown(), Secrets.masked(output));
      return result(there, there, true, start);
    }
    requireSame(there);
    boolean staged = false;
    try {
      PrepareJob.Made made =
          made(source, part.staged(), job.addingTo(new PrepareJob.Existing(files, there)));
      DatasetCard card = card(source, fingerprint, made);
      staged = true;
      DatasetCard whole = there.plus(card);
      try {
        part.join(there.parts().size(), whole);
      } catch (RuntimeException e) {
        part.mend();
        throw e;
      }
      LOG.info(
          "prepare {} is a part of {} now; vocabulary and normalisation are those that were there",
          shown(),
          Secrets.masked(output));
      return result(whole, card, false, start);
    } finally {
      if (!staged) {
        discard(part.staged().directory());
      }
    }
  }

  private void requireSame(DatasetCard there) {
    if (!there.settings().equals(provenance())) {
      throw FathomException.usage(
          "%s was made by other settings, and what is appended has to be made by the same: there"
              + " %s; now %s",
          output, there.settings(), provenance());
    }
  }

  private DatasetCard card(Source source, String fingerprint, PrepareJob.Made made) {
    return new DatasetCard(
        DatasetCard.SCHEMA_VERSION,
        shown(),
        fingerprint,
        settings.seed(),
        source.knownDimension().filter(known -> !settings.shufflePairs()),
        settings.shufflePairs(),
        made.x(),
        made.y(),
        made.tally().counts(),
        made.tally().rejects(),
        made.duplicates(),
        provenance(),
        List.of(new DatasetCard.Part(shown(), fingerprint, made.tally().counts())));
  }

  /** The input as messages show it. */
  private String shown() {
    return Secrets.masked(input);
  }

  private void discard(Path directory) {
    try {
      storage.delete(directory);
    } catch (RuntimeException e) {
      LOG.warn("Cannot remove the unfinished {}", directory, e);
    }
  }

  private static void requireNamed(String option, String value) {
    if (value.isBlank()) {
      throw FathomException.usage("--%s is missing", option);
    }
  }
}
