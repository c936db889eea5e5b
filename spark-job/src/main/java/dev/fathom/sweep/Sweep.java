// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.PairSchema;
import dev.fathom.data.ShardReader;
import dev.fathom.data.Split;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.measure.Measure;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.measure.Metric;
import dev.fathom.model.ModelSettings;
import dev.fathom.model.Towers;
import dev.fathom.settings.Settings;
import dev.fathom.train.TrainStageSettings;
import dev.fathom.train.pairs.PairLoader;
import dev.fathom.train.pairs.PairPartition;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stage {@code sweep}: trains, embeds and measures every cell of a grid of settings. Each cell
 * is a Spark task, which runs in one thread and needs all pairs in its executor's memory.
 */
public final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Storage storage;
  private final SweepSettings settings;
  private DatasetFiles data;
  private SweepFiles output;

  /** Creates a sweep with these settings. */
  public Sweep(SparkSession spark, SweepSettings settings) {
    this.spark = spark;
    this.settings = settings;
    context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /** Sets the dataset to train on. */
  public Sweep data(String directory) {
    data = new DatasetFiles(new Path(directory));
    return this;
  }

  /**
   * Sets the directory that the results are written to. If it holds an interrupted sweep of the
   * same settings, that sweep continues.
   */
  public Sweep output(String directory) {
    output = new SweepFiles(storage, new Path(directory));
    return this;
  }

  /** Runs the cells that are missing or have failed, and writes the whole table. */
  public SweepResult execute() {
    long start = System.nanoTime();
    DatasetCard card = data.readCard(storage);
    if (card.counts().test() < 2) {
      throw FathomException.data(
          "%s holds %d test pairs; measuring takes 2 or more",
          data.directory(), card.counts().test());
    }
    output.begin(card, settings.identity());
    List<Cell> cells = settings.cells();
    List<CellTask> missing =
        cells.stream()
            .filter(
                cell -> output.read(cell).filter(CellResult.Measured.class::isInstance).isEmpty())
            .map(cell -> task(cell, card))
            .toList();
    LOG.info("sweep   {} cells, of which {} are to be done", cells.size(), missing.size());
    if (!missing.isEmpty()) {
      run(missing, card);
    }
    List<CellResult> results = cells.stream().map(cell -> output.read(cell).orElseThrow()).toList();
    output.writeTables(results);
    List<SweepPoint> points = SweepPoint.of(results);
    SweepResult found =
        new SweepResult(
            results,
            points,
            Recommendation.of(points, card.counts().validation()),
            (System.nanoTime() - start) * 1e-9);
    requireOne(found);
    return found;
  }

  /** Fails if every cell failed, with the first cell's failure. */
  private static void requireOne(SweepResult found) {
    if (found.measured().isEmpty()) {
      CellResult.Failed first = found.failed().get(0);
      throw FathomException.of(
          first.exitCode(), "every cell failed; %s: %s", first.cell().name(), first.failure());
    }
  }

  private CellTask task(Cell cell, DatasetCard card) {
    Settings all = settings.settings(cell);
    TrainStageSettings train = TrainStageSettings.of(all);
    ModelSettings model = train.model().resolvedFor(card);
    Towers towers = model.build(card, storage);
    return new CellTask(
        cell,
        towers,
        model.initialParameters(towers, card, storage, cell.seed()),
        model.similarity(),
        train.training(),
        train.temperature(),
        MeasureSettings.of(all));
  }

  private void run(List<CellTask> tasks, DatasetCard card) {
    spark.sparkContext().setJobDescription("sweep: read the pairs");
    Broadcast<SweepData> pairs = context.broadcast(read(card));
    Progress progress = new Progress(tasks.size());
    try {
      spark.sparkContext().setJobDescription("sweep: cells");
      new CellJob(context, pairs)
          .run(
              tasks,
              result -> {
                CellResult told = result.masked();
                output.write(told);
                progress.tell(told);
              });
    } finally {
      pairs.destroy();
    }
  }

  private SweepData read(DatasetCard card) {
    ShardReader reader = new ShardReader(spark, data, card);
    PairLoader loader = new PairLoader(reader, card);
    int most = MeasureSettings.of(settings.common()).maxPoints();
    PairPartition validation = loader.collect(Split.VALIDATION);
    List<Row> names = reader.read(Split.TEST, PairSchema.KEY, PairSchema.LABEL).collectAsList();
    int[] measured = measured(names, most);
    return new SweepData(
        loader.collect(Split.TRAIN),
        validation,
        // The shards are shuffled, so the first rows are a random sample.
        validation.select(IntStream.range(0, Math.min(most, validation.size())).toArray()),
        loader.collect(Split.TEST).select(measured),
        IntStream.of(measured)
            .mapToObj(row -> StringUtils.defaultString(names.get(row).getString(1)))
            .collect(Collectors.toList()),
        card.knownDimension().orElse(0));
  }

  /**
   * The rows that a run of the common settings would measure, in the same order: drawn by key, then
   * sorted by key.
   */
  private int[] measured(List<Row> names, int most) {
    Comparator<String> drawn =
        new Measure.ByHash(settings.common().wholeNumber(SweepSettings.SEED));
    return IntStream.range(0, names.size())
        .boxed()
        .sorted(Comparator.comparing(row -> names.get(row).getString(0), drawn))
        .limit(most)
        .sorted(Comparator.comparing(row -> names.get(row).getString(0)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Reports the progress of the sweep. */
  private static final class Progress {
    private final int cells;
    private final long start = System.nanoTime();
    private int done;

    Progress(int cells) {
      this.cells = cells;
    }

    void tell(CellResult result) {
      done++;
      long left = Math.round((System.nanoTime() - start) * 1e-9 / done * (cells - done));
      LOG.info(
          String.format(
              Locale.ROOT,
              "sweep   %d of %d   %s   %s   %d:%02d min left",
              done,
              cells,
              result.cell().name(),
              result instanceof CellResult.Failed failed
                  ? failed.failure()
                  : found(result.figures()),
              left / 60,
              left % 60));
    }

    private static String found(Map<Metric, Double> figures) {
      Double dimension = figures.get(Metric.SHARED_DIMENSION);
      return String.format(
          Locale.ROOT,
          "recall@1 %.3f   %s",
          figures.get(Metric.RECALL_AT_1_X_TO_Y),
          dimension == null
              ? "no shared dimension"
              : String.format(Locale.ROOT, "dimension %.2f", dimension));
    }
  }
}
