// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.Agreement;
import dev.fathom.evaluate.PairedEmbeddings;
import dev.fathom.evaluate.Ranking;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.DimensionParts;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.IntrinsicDimension;
import dev.fathom.intrinsic.IntrinsicSettings;
import dev.fathom.intrinsic.SharedDimension;
import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import dev.fathom.model.SimilarityKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures embeddings in memory, wherever the work that grows with n² is done. */
public final class InMemoryMeasure {
  private static final int MOST_LABELS = 200;

  /** Number of neighbours that the cheap estimators need, so that none of them searches again. */
  private static final int LEAST_NEIGHBOURS = 4;

  private final EmbeddedPairs pairs;
  private final MeasureSettings settings;
  private final PairwiseWork pairwise;
  private double neighbourSeconds;

  /** Does the work on all pairs of points. */
  interface PairwiseWork {
    /**
     * Searches the neighbours of a side's points.
     *
     * @param side name of the side, for display
     */
    Neighbours neighbours(String side, Points points, int k);

    /** Ranks all pairs by similarity. */
    Ranking ranking(PairedEmbeddings pairs);
  }

  private static final class ThisThread implements PairwiseWork {
    @Override
    public Neighbours neighbours(String side, Points points, int k) {
      return NeighbourSearch.search(points, k);
    }

    @Override
    public Ranking ranking(PairedEmbeddings pairs) {
      return Ranking.of(pairs, 0, pairs.items().countX());
    }
  }

  /**
   * One side's dimension, and the dimension around each point, NaN where it was not measured.
   *
   * @param pointwise spread of the pointwise dimension, if it was measured
   */
  private record MeasuredSide(
      DimensionResult dimension, double[] around, Optional<PointwiseDimension> pointwise) {}

  InMemoryMeasure(EmbeddedPairs pairs, MeasureSettings settings, PairwiseWork pairwise) {
    this.pairs = pairs;
    this.settings = settings;
    this.pairwise = pairwise;
  }

  /** Measures pairs on the calling thread. */
  public static MeasureResult of(EmbeddedPairs pairs, Origin origin, MeasureSettings settings) {
    return new InMemoryMeasure(pairs, settings, new ThisThread())
        .execute(origin, pairs.count(), System.nanoTime())
        .result();
  }

  /**
   * What the source of embeddings says about them.
   *
   * @param dimension the true number of shared dimensions, if known
   * @param similarity similarity that the embeddings were trained by; if empty, they are compared
   *     by cosine
   * @param nested widths of the prefixes that were trained to be embeddings of their own,
   *     ascending, the whole width the last; empty if only whole embeddings were trained
   */
  public record Origin(
      Optional<Integer> dimension, Optional<SimilarityKind> similarity, List<Integer> nested) {
    /** Creates the origin of embeddings that were trained as a whole. */
    public Origin(Optional<Integer> dimension, Optional<SimilarityKind> similarity) {
      this(dimension, similarity, List.of());
    }

    /** Returns the origin without the prefixes. */
    public Origin whole() {
      return new Origin(dimension, similarity);
    }

    /** The origin of pairs about which nothing is known. */
    public static final Origin UNKNOWN = new Origin(Optional.empty(), Optional.empty());
  }

  /**
   * The result, with the dimension around each embedding, NaN where it was not measured.
   *
   * @param aroundY empty if there is one side
   */
  record Outcome(MeasureResult result, double[] aroundX, Optional<double[]> aroundY) {}

  /**
   * Measures the pairs.
   *
   * @param available number of embeddings of which these are a sample
   * @param start time when the stage began
   */
  Outcome execute(Origin origin, long available, long start) {
    MeasuredSide x = measured("x", pairs.pointsX());
    Optional<MeasuredSide> y = pairs.pointsY().map(points -> measured("y", points));
    Optional<Retrieval> retrieval = Optional.empty();
    Optional<Agreement> agreement = Optional.empty();
    if (pairs.comparable()) {
      EmbeddedPairs finite = pairs.finite();
      if (finite.count() > 1) {
        // Embeddings of unknown origin are compared by cosine, as is usual; others by the
        // similarity that they were trained by.
        PairedEmbeddings compared =
            origin.similarity.isPresent() ? finite.paired() : finite.paired().normalised();
        retrieval =
            Optional.of(
                Retrieval.of(
                    compared, finite.completeLabels(), settings.seed(), pairwise::ranking));
        agreement = Optional.of(Agreement.of(compared, settings.seed()));
      }
    }
    boolean found = retrieval.isPresent() && retrieval.get().chance().aboveChance();
    Optional<SharedDimension> smaller =
        y.flatMap(other -> SharedDimension.of(x.dimension, other.dimension));
    Optional<SharedEvidence> evidence =
        pairs
            .pointsY()
            .flatMap(
                points ->
                    SharedEvidence.of(
                        pairs.pointsX(),
                        points,
                        smaller,
                        found,
                        origin.similarity.isPresent(),
                        settings.intrinsic()));
    Optional<SharedDimension> shared =
        evidence.isPresent() ? evidence.get().shared(smaller) : smaller.filter(s -> found);
    boolean cosine = origin.similarity.map(SimilarityKind::onSphere).orElse(true);
    // The smaller side's dimension, not the linear part's, as what no linear map finds needs room
    // as well.
    Optional<WidthAdvice> width =
        (y.isPresent()
                ? smaller
                    .filter(s -> shared.isPresent() && pairs.comparable())
                    .map(SharedDimension::estimate)
                : dimension(x.dimension))
            .map(measured -> WidthAdvice.of(measured, cosine, pairs.widthX()));
    return new Outcome(
        new MeasureResult(
            origin.dimension,
            x.dimension,
            y.map(MeasuredSide::dimension),
            shared,
            evidence,
            retrieval,
            agreement,
            pairs.comparable() ? nested(origin, retrieval, shared) : List.of(),
            Optional.empty(),
            labels(byLabel(x.around), y.map(side -> byLabel(side.around)).orElse(Map.of())),
            Stream.concat(x.pointwise.stream(), y.flatMap(MeasuredSide::pointwise).stream())
                .toList(),
            width,
            Optional.empty(),
            pairs.count(),
            available,
            (System.nanoTime() - start) * 1e-9,
            neighbourSeconds),
        x.around,
        y.map(MeasuredSide::around));
  }

  /** Measures the prefixes, given the measures of the whole embeddings. */
  private List<NestedWidth> nested(
      Origin origin, Optional<Retrieval> retrieval, Optional<SharedDimension> shared) {
    List<NestedWidth> nested = new ArrayList<>();
    for (int width : origin.nested) {
      if (width == pairs.widthX()) {
        nested.add(new NestedWidth(width, retrieval, shared));
      } else {
        MeasureResult found =
            new InMemoryMeasure(pairs.prefix(width), settings.cheap(), pairwise)
                .execute(origin.whole(), pairs.count(), System.nanoTime())
                .result();
        neighbourSeconds += found.neighbourSeconds();
        nested.add(new NestedWidth(width, found.retrieval(), found.shared()));
      }
    }
    return nested;
  }

  private static Optional<Double> dimension(DimensionResult result) {
    return result instanceof DimensionResult.Measured measured
        ? Optional.of(measured.dimension().estimate())
        : Optional.empty();
  }

  private MeasuredSide measured(String side, Points points) {
    IntrinsicSettings intrinsic = settings.intrinsic();
    PreparedPoints prepared = PreparedPoints.of(points, settings.seed());
    if (!IntrinsicDimension.suffices(prepared, intrinsic)) {
      double[] none = new double[points.count()];
      Arrays.fill(none, Double.NaN);
      return new MeasuredSide(IntrinsicDimension.of(points, intrinsic), none, Optional.empty());
    }
    Neighbours neighbours = neighbours(side, prepared);
    double[] around = IntrinsicDimension.pointwise(prepared, neighbours, intrinsic);
    Optional<PointwiseDimension> spread =
        Arrays.stream(around).noneMatch(Double::isFinite)
            ? Optional.empty()
            : Optional.of(
                PointwiseDimension.of(
                    side,
                    around,
                    DimensionParts.of(around)
                        .map(parts -> parts(side, points, parts))
                        .orElse(List.of())));
    return new MeasuredSide(IntrinsicDimension.of(prepared, neighbours, intrinsic), around, spread);
  }

  private Neighbours neighbours(String side, PreparedPoints prepared) {
    long start = System.nanoTime();
    int k = Math.max(LEAST_NEIGHBOURS, settings.neighbours());
    Neighbours neighbours =
        pairwise.neighbours(side, prepared.points(), Math.min(k, prepared.points().count() - 1));
    neighbourSeconds += (System.nanoTime() - start) * 1e-9;
    return neighbours;
  }

  /** Measures both parts separately; empty unless both can be measured. */
  private List<PointwiseDimension.Part> parts(String side, Points points, DimensionParts parts) {
    IntrinsicSettings cheap =
        new IntrinsicSettings(settings.neighbours(), settings.resamples(), settings.seed());
    double all = parts.lower().length + parts.higher().length;
    List<PointwiseDimension.Part> measured = new ArrayList<>();
    for (int[] rows : List.of(parts.lower(), parts.higher())) {
      PreparedPoints prepared = PreparedPoints.of(points.rows(rows), settings.seed());
      if (IntrinsicDimension.suffices(prepared, cheap)
          && IntrinsicDimension.of(prepared, neighbours("a part of " + side, prepared), cheap)
              instanceof DimensionResult.Measured found) {
        measured.add(
            new PointwiseDimension.Part(rows.length, rows.length / all, found.dimension()));
      }
    }
    return measured.size() == 2 ? measured : List.of();
  }

  private Map<String, LabelDimension> labels(Map<String, Double> ofX, Map<String, Double> ofY) {
    Map<String, Integer> counts =
        pairs.labels().stream()
            .filter(label -> !label.isEmpty())
            .collect(Collectors.toMap(Function.identity(), label -> 1, Integer::sum));
    List<String> frequent =
        counts.entrySet().stream()
            .sorted(
                Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(MOST_LABELS)
            .map(Map.Entry::getKey)
            .toList();
    Map<String, LabelDimension> labels = new LinkedHashMap<>();
    for (String label : frequent) {
      labels.put(label, new LabelDimension(counts.get(label), of(ofX, label), of(ofY, label)));
    }
    return labels;
  }

  private static OptionalDouble of(Map<String, Double> dimensions, String label) {
    return dimensions.containsKey(label)
        ? OptionalDouble.of(dimensions.get(label))
        : OptionalDouble.empty();
  }

  private Map<String, Double> byLabel(double[] around) {
    Map<String, double[]> sums = new LinkedHashMap<>();
    for (int i = 0; i < around.length; i++) {
      String label = pairs.labels().get(i);
      if (!label.isEmpty() && Double.isFinite(around[i])) {
        double[] sum = sums.computeIfAbsent(label, name -> new double[2]);
        sum[0]++;
        sum[1] += 1 / around[i];
      }
    }
    return sums.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, entry -> entry.getValue()[0] / entry.getValue()[1]));
  }
}
