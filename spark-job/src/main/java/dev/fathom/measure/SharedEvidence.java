// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.correlation.LinearMaps;
import dev.fathom.correlation.LinearRelation;
import dev.fathom.intrinsic.DimensionEstimate;
import dev.fathom.intrinsic.IntrinsicDimension;
import dev.fathom.intrinsic.IntrinsicSettings;
import dev.fathom.intrinsic.SharedDimension;
import dev.fathom.intrinsic.SharedDimension.Tower;
import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What linear maps say about the dimension that two sides share, besides the dimensions of the
 * sides.
 *
 * @param verdict conclusion from all the evidence
 * @param linear directions of both sides that correlate
 * @param partOfX dimension of the part of x that linear maps of y predict, along the directions
 *     that correlate; empty if none correlate
 * @param partOfY dimension of the part of y that linear maps of x predict; empty if no directions
 *     correlate
 * @param amongNeighbours number of directions that correlate among differences of close pairs;
 *     empty if there are too few pairs to say
 */
public record SharedEvidence(
    Verdict verdict,
    LinearRelation linear,
    Optional<DimensionEstimate> partOfX,
    Optional<DimensionEstimate> partOfY,
    Optional<Integer> amongNeighbours) {

  /*
   * What each road bounds:
   *
   * - The dimension of a side is at least that of what it shares, as what it shares is a function of
   *   it. It is more by the side's own part, unless training has thrown that away.
   * - The directions that correlate are what linear maps find. A curved surface fills more of them
   *   than it has dimensions, and a relation that is not linear may have none.
   * - What linear maps of one side tell of the other is a function of that side, so its dimension is
   *   no larger than the side's, nor than the number of directions, and it lacks what is the side's
   *   own. It can be less than what is shared where a part of that is not told linearly.
   *
   * So the headline is the smaller side's dimension, unless the linear part's is clearly below. That
   * one is a lower bound, as few pairs leave weak directions unfound, and the smaller side stays the
   * upper bound.
   */

  /** Smallest number of differences; if fewer do not correlate, that means nothing. */
  private static final int FEWEST_DIFFERENCES = 500;

  /** The conclusion from all the evidence. */
  public enum Verdict {
    /** The dimension of the linear part is not clearly below those of the sides. */
    AGREE,
    /** The sides have dimensions of their own beside those they share. */
    OWN_PARTS,
    /** Nothing correlates between close pairs: groups are shared, or noise hides the rest. */
    GROUPS,
    /** Retrieval finds partners, and no direction correlates. */
    NOT_LINEAR,
    /** Directions correlate, but the dimension of a side could not be measured. */
    NOT_MEASURED,
    /**
     * Neither retrieval nor linear maps find the pairing. For sides that were trained together,
     * retrieval alone decides, as linear maps find what the encoders had before training.
     */
    NOTHING;

    /** The verdict's name in reports. */
    public String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Looks for what both sides share; empty if there are too few pairs.
   *
   * @param smaller the smaller side's dimension, if both could be measured
   * @param retrieved whether retrieval is above chance
   * @param trained whether the sides were trained to find each other
   */
  static Optional<SharedEvidence> of(
      Points x,
      Points y,
      Optional<SharedDimension> smaller,
      boolean retrieved,
      boolean trained,
      IntrinsicSettings settings) {
    return LinearMaps.of(x, y, settings.seed())
        .map(
            maps -> {
              LinearRelation linear = maps.relation();
              if (linear.above() == 0 || (trained && !retrieved)) {
                return new SharedEvidence(
                    retrieved ? Verdict.NOT_LINEAR : Verdict.NOTHING,
                    linear,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
              }
              Points partOfX = maps.partOfX(linear.above());
              SharedEvidence evidence =
                  new SharedEvidence(
                      Verdict.AGREE,
                      linear,
                      IntrinsicDimension.dimension(partOfX, settings),
                      IntrinsicDimension.dimension(maps.partOfY(linear.above()), settings),
                      amongNeighbours(maps, partOfX));
              return new SharedEvidence(
                  evidence.judge(smaller),
                  linear,
                  evidence.partOfX,
                  evidence.partOfY,
                  evidence.amongNeighbours);
            });
  }

  private static Optional<Integer> amongNeighbours(LinearMaps maps, Points part) {
    Neighbours neighbours = NeighbourSearch.search(part, 1);
    int[] nearest = IntStream.range(0, part.count()).map(i -> neighbours.index(i, 1)).toArray();
    return maps.differences(nearest)
        .map(LinearMaps::relation)
        .filter(close -> close.above() > 0 || close.pairs() >= FEWEST_DIFFERENCES)
        .map(LinearRelation::above);
  }

  private Verdict judge(Optional<SharedDimension> smaller) {
    if (smaller.isEmpty() || linearPart().isEmpty()) {
      return Verdict.NOT_MEASURED;
    }
    if (amongNeighbours.equals(Optional.of(0))) {
      return Verdict.GROUPS;
    }
    return linearPart().filter(part -> part.isBelow(smaller.get())).isPresent()
        ? Verdict.OWN_PARTS
        : Verdict.AGREE;
  }

  /** The smaller of the two linear parts' dimensions, with the side that predicts the part. */
  public Optional<SharedDimension> linearPart() {
    return Stream.concat(
            partOfX.map(part -> SharedDimension.of(part, Tower.Y, true)).stream(),
            partOfY.map(part -> SharedDimension.of(part, Tower.X, true)).stream())
        .min(Comparator.comparingDouble(SharedDimension::estimate));
  }

  /** The headline, given the smaller side's dimension. */
  Optional<SharedDimension> shared(Optional<SharedDimension> smaller) {
    if (nothing() || smaller.isEmpty()) {
      return Optional.empty();
    }
    return linearPart()
        .filter(part -> part.isBelow(smaller.get()))
        .map(part -> part.upTo(smaller.get().high()))
        .or(() -> smaller);
  }

  /** Whether nothing was found to be shared. */
  boolean nothing() {
    return verdict == Verdict.NOTHING;
  }
}
