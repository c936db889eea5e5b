// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.Agreement;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.IntrinsicDimension;
import dev.fathom.intrinsic.IntrinsicSettings;
import dev.fathom.intrinsic.NeighbourSearch;
import dev.fathom.intrinsic.Neighbours;
import dev.fathom.intrinsic.Points;
import dev.fathom.intrinsic.PreparedPoints;
import dev.fathom.intrinsic.SharedDimension;
import java.util.Optional;

/** What embeddings in memory tell, wherever their neighbours are searched. */
public final class Measurement {
  private final MeasureSettings settings;
  private final Search search;
  private double neighbourSeconds;

  /** A way to the nearest neighbours of all points. */
  interface Search {
    /**
     * Searches.
     *
     * @param side whose points they are, for a person
     */
    Neighbours neighbours(String side, Points points, int k);
  }

  private Measurement(MeasureSettings settings, Search search) {
    this.settings = settings;
    this.search = search;
  }

  /** Measures on this thread. */
  public static MeasureResult of(
      EmbeddedPairs pairs, Optional<Integer> known, MeasureSettings settings) {
    return of(
        pairs,
        known,
        pairs.labels().size(),
        settings,
        (side, points, k) -> NeighbourSearch.search(points, k),
        System.nanoTime());
  }

  /**
   * Measures.
   *
   * @param available embeddings there were, of which these are a sample
   * @param start when the stage began
   */
  static MeasureResult of(
      EmbeddedPairs pairs,
      Optional<Integer> known,
      long available,
      MeasureSettings settings,
      Search search,
      long start) {
    Measurement measurement = new Measurement(settings, search);
    DimensionResult x = measurement.dimension("x", pairs.x(), pairs.dimension());
    DimensionResult y = measurement.dimension("y", pairs.y(), pairs.dimension());
    Retrieval retrieval = pairs.retrieval(settings.seed());
    return new MeasureResult(
        known,
        x,
        y,
        SharedDimension.of(x, y).filter(shared -> retrieval.chance().aboveChance()),
        retrieval,
        Agreement.of(pairs.paired(), settings.seed()),
        pairs.labels().size(),
        available,
        (System.nanoTime() - start) * 1e-9,
        measurement.neighbourSeconds);
  }

  private DimensionResult dimension(String side, float[] values, int dimension) {
    IntrinsicSettings intrinsic = settings.intrinsic();
    Points points = Points.of(values, values.length / dimension, dimension);
    PreparedPoints prepared = PreparedPoints.of(points, settings.seed());
    if (!IntrinsicDimension.suffices(prepared, intrinsic)) {
      return IntrinsicDimension.of(points, intrinsic);
    }
    long start = System.nanoTime();
    Neighbours neighbours = search.neighbours(side, prepared.points(), settings.neighbours());
    neighbourSeconds += (System.nanoTime() - start) * 1e-9;
    return IntrinsicDimension.of(prepared, neighbours, intrinsic);
  }
}
