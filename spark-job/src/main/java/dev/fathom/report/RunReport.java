// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fathom.data.DatasetCard;
import dev.fathom.embed.EmbedResult;
import dev.fathom.measure.MeasureResult;
import dev.fathom.prepare.PrepareResult;
import dev.fathom.sweep.SweepResult;
import dev.fathom.train.TrainResult;
import dev.fathom.width.WidthResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All results of a run; a stage that did not run is empty.
 *
 * @param run what every run has
 * @param data the dataset's card
 * @param prepare result of the stage that made the dataset
 */
public record RunReport(
    Run run,
    Optional<DatasetCard> data,
    Optional<PrepareResult> prepare,
    Optional<TrainResult> train,
    Optional<EmbedResult> embed,
    Optional<MeasureResult> measure,
    Optional<SweepResult> sweep,
    Optional<WidthResult> width) {

  /**
   * What every run has.
   *
   * @param command the subcommand
   * @param settings every key of the configuration with its value
   * @param versions versions of the software that it ran with
   */
  public record Run(
      String command, long seed, Map<String, String> settings, List<String> versions) {}

  /** Collects the results of the stages. */
  public static final class Builder {
    private final Run run;
    private Optional<DatasetCard> data = Optional.empty();
    private Optional<PrepareResult> prepare = Optional.empty();
    private Optional<TrainResult> train = Optional.empty();
    private Optional<EmbedResult> embed = Optional.empty();
    private Optional<MeasureResult> measure = Optional.empty();
    private Optional<SweepResult> sweep = Optional.empty();
    private Optional<WidthResult> width = Optional.empty();

    public Builder(Run run) {
      this.run = run;
    }

    /** Sets the dataset, if it existed before the run. */
    @CanIgnoreReturnValue
    public Builder data(DatasetCard card) {
      data = Optional.of(card);
      return this;
    }

    /** Sets the dataset, if this run made it. */
    @CanIgnoreReturnValue
    public Builder prepare(PrepareResult result) {
      prepare = Optional.of(result);
      return data(result.card());
    }

    @CanIgnoreReturnValue
    public Builder train(TrainResult result) {
      train = Optional.of(result);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder embed(EmbedResult result) {
      embed = Optional.of(result);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder measure(MeasureResult result) {
      measure = Optional.of(result);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder sweep(SweepResult result) {
      sweep = Optional.of(result);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder width(WidthResult result) {
      width = Optional.of(result);
      return this;
    }

    public RunReport build() {
      return new RunReport(run, data, prepare, train, embed, measure, sweep, width);
    }
  }
}
