// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.error.ExitCode;
import dev.fathom.error.Secrets;
import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.measure.Metric;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** What came of a cell: figures, or why there are none. */
public sealed interface CellResult extends Serializable {
  /** Which it is. */
  Cell cell();

  /** It took. */
  double seconds();

  /** The figures; none where it failed. */
  Map<Metric, Double> figures();

  /** The same without credentials in what is told. */
  CellResult masked();

  /**
   * A cell that gave figures.
   *
   * @param figures those that there was something to take from
   * @param trace how training went
   * @param similarities of the test pairs
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
   * A cell that failed.
   *
   * @param exitCode what a run would have ended with
   * @param failure why there are no figures
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
   * The training after a round that was validated.
   *
   * @param epoch epochs done
   * @param loss of training, in nats
   * @param validationLoss in nats
   * @param temperature τ
   * @param dimensionX Levina–Bickel of x's embeddings of the validation pairs, NaN where it was not
   *     taken
   * @param dimensionY likewise
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
