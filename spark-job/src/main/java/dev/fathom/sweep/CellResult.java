// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.fathom.error.ExitCode;
import dev.fathom.error.Secrets;
import dev.fathom.evaluate.SimilarityHistogram;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What came of a cell.
 *
 * @param cell which it is
 * @param exitCode what a run would have ended with, null where there are figures
 * @param failure why there are no figures, null where there are
 * @param seconds it took
 * @param figures by the names that they have in {@code report.json}, and {@code
 *     retrieval.validation}: the mean recall@1 of both directions on the validation pairs
 * @param trace how training went
 * @param similarities of the test pairs
 */
public record CellResult(
    Cell cell,
    ExitCode exitCode,
    String failure,
    double seconds,
    Map<String, Double> figures,
    List<TracePoint> trace,
    SimilarityHistogram similarities)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * The training after a round that was validated.
   *
   * @param epoch epochs done
   * @param loss of training, in nats
   * @param validationLoss in nats
   * @param temperature τ
   * @param dimensionX Levina–Bickel of x's embeddings of the validation pairs, null where it was
   *     not taken
   * @param dimensionY likewise
   */
  public record TracePoint(
      double epoch,
      double loss,
      Double validationLoss,
      double temperature,
      Double dimensionX,
      Double dimensionY)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  static CellResult failed(Cell cell, ExitCode exitCode, String reason, double seconds) {
    return new CellResult(cell, exitCode, reason, seconds, Map.of(), List.of(), null);
  }

  /** The same without credentials in what is told. */
  CellResult masked() {
    return new CellResult(
        cell.masked(),
        exitCode,
        failure == null ? null : Secrets.masked(failure),
        seconds,
        figures,
        trace,
        similarities);
  }

  /** Whether there are figures. */
  @JsonIgnore
  public boolean succeeded() {
    return failure == null;
  }
}
