// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.error.ExitCode;
import dev.fathom.error.Secrets;
import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.measure.Metric;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** The result of a cell: metrics, or the reason why there are none. */
public sealed interface CellResult extends Serializable {
  /** The cell that was run. */
  Cell cell();

  /** The time that the cell took, in seconds. */
  double seconds();

  /** The metrics; empty if the cell failed. */
  Map<Metric, Double> figures();

  /** Returns a copy without credentials. */
  CellResult masked();

  /**
   * The result of a cell that was measured.
   *
   * @param figures the metrics that were measured
   * @param trace the course of the training
   * @param similarities similarities of the test pairs
   */
  record Measured(
      Cell cell,
      double seconds,
      Map<Metric, Double> figures,
      List<TracePoint> trace,
      SimilarityHistogram similarities)
      implements CellResult {
    private static final long serialVersionUID = 1L;

    @Override
    public Measured masked() {
      return new Measured(cell.masked(), seconds, figures, trace, similarities);
    }
  }

  /**
   * The result of a cell that failed.
   *
   * @param exitCode exit code that a run would have had
   * @param failure reason of the failure
   */
  record Failed(Cell cell, double seconds, ExitCode exitCode, String failure)
      implements CellResult {
    private static final long serialVersionUID = 1L;

    @Override
    public Map<Metric, Double> figures() {
      return Map.of();
    }

    @Override
    public Failed masked() {
      return new Failed(cell.masked(), seconds, exitCode, Secrets.masked(failure));
    }
  }

  /**
   * The state of the training after a validated round.
   *
   * @param epoch epochs done
   * @param loss training loss, in nats
   * @param validationLoss validation loss, in nats
   * @param temperature τ
   * @param dimensionX Levina–Bickel estimate for x's embeddings of the validation pairs, NaN if not
   *     measured
   * @param dimensionY Levina–Bickel estimate for y's embeddings of the validation pairs, NaN if not
   *     measured
   */
  record TracePoint(
      double epoch,
      double loss,
      double validationLoss,
      double temperature,
      double dimensionX,
      double dimensionY)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }
}
