// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.data.DatasetCard;
import dev.fathom.embed.EmbedResult;
import dev.fathom.measure.MeasureResult;
import dev.fathom.prepare.PrepareResult;
import dev.fathom.sweep.SweepResult;
import dev.fathom.train.TrainResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a run found out; a stage that did not run is empty.
 *
 * @param command the subcommand
 * @param versions of what it ran with
 * @param settings every key of the configuration with its value
 * @param data the dataset's card
 * @param prepare the stage that made the dataset
 */
public record RunReport(
    String command,
    long seed,
    Map<String, String> settings,
    List<String> versions,
    Optional<DatasetCard> data,
    Optional<PrepareResult> prepare,
    Optional<TrainResult> train,
    Optional<EmbedResult> embed,
    Optional<MeasureResult> measure,
    Optional<SweepResult> sweep) {

  /** A report of nothing yet. */
  public static RunReport of(
      String command, long seed, Map<String, String> settings, List<String> versions) {
    return new RunReport(
        command,
        seed,
        settings,
        versions,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same with a dataset. */
  public RunReport with(DatasetCard card) {
    return new RunReport(
        command,
        seed,
        settings,
        versions,
        Optional.of(card),
        prepare,
        train,
        embed,
        measure,
        sweep);
  }

  /** The same with a prepared dataset. */
  public RunReport with(PrepareResult result) {
    return new RunReport(
        command,
        seed,
        settings,
        versions,
        Optional.of(result.card()),
        Optional.of(result),
        train,
        embed,
        measure,
        sweep);
  }

  /** The same with a training. */
  public RunReport with(TrainResult result) {
    return new RunReport(
        command,
        seed,
        settings,
        versions,
        data,
        prepare,
        Optional.of(result),
        embed,
        measure,
        sweep);
  }

  /** The same with embeddings. */
  public RunReport with(EmbedResult result) {
    return new RunReport(
        command,
        seed,
        settings,
        versions,
        data,
        prepare,
        train,
        Optional.of(result),
        measure,
        sweep);
  }

  /** The same with measurements. */
  public RunReport with(MeasureResult result) {
    return new RunReport(
        command, seed, settings, versions, data, prepare, train, embed, Optional.of(result), sweep);
  }

  /** The same with a sweep. */
  public RunReport with(SweepResult result) {
    return new RunReport(
        command,
        seed,
        settings,
        versions,
        data,
        prepare,
        train,
        embed,
        measure,
        Optional.of(result));
  }
}
