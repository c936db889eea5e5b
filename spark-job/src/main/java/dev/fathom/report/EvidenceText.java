// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.correlation.LinearRelation;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.SharedDimension;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.SharedEvidence;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The conclusion from the evidence for the shared dimension, in words. */
public final class EvidenceText {
  private static final int SHOWN = 10;

  private EvidenceText() {}

  /** The sentence for the headline; empty if it would only repeat that nothing shared was found. */
  static Optional<String> of(MeasureResult measure) {
    return measure
        .evidence()
        .filter(evidence -> evidence.verdict() != SharedEvidence.Verdict.NOTHING)
        .map(evidence -> "Evidence: " + text(measure));
  }

  /** The verdict in words, for a measurement that has evidence. */
  public static String text(MeasureResult measure) {
    SharedEvidence evidence = measure.evidence().orElseThrow();
    int above = evidence.linear().above();
    String directions =
        String.format(
            Locale.ROOT,
            "%d %s more than in shuffled pairs",
            above,
            above == 1 ? "direction correlates" : "directions correlate");
    String sides =
        String.format(
            Locale.ROOT,
            "x has %s dimensions and y %s",
            dimension(measure.x()),
            dimension(measure.y().orElseThrow()));
    String part =
        evidence
            .linearPart()
            .map(SharedDimension::estimate)
            .map(estimate -> String.format(Locale.ROOT, "%.2f", estimate))
            .orElse("not measured");
    return switch (evidence.verdict()) {
      case AGREE ->
          String.format(
              "%s, what one tells of the other by linear maps %s, and %s%s.",
              sides, part, directions, bends(measure, above));
      case OWN_PARTS ->
          String.format(
              "%s, which are upper bounds: what one tells of the other by linear maps has %s, and"
                  + " %s. The rest is each side's own, or shared in a way that no linear map"
                  + " tells.",
              sides, part, directions);
      case GROUPS ->
          String.format(
              "%s, and none between close pairs. Either the sides share only which group a pair is in"
                  + " (clusters, discrete factors), of which a dimension says little, or noise hides"
                  + " what close pairs share; %s.",
              directions, sides);
      case NOT_LINEAR ->
          String.format(
              "retrieval finds partners, though no direction correlates more than in shuffled"
                  + " pairs. What is shared is not linear, or weak; %s, which are upper bounds.",
              sides);
      case NOT_MEASURED -> directions + ", and a side has collapsed or could not be measured.";
      case NOTHING -> nothing(measure, directions);
    };
  }

  private static String nothing(MeasureResult measure, String directions) {
    if (measure.evidence().orElseThrow().linear().above() > 0) {
      return "retrieval is at chance. "
          + directions
          + ", as they do of encoders that have hardly been trained.";
    }
    return measure.retrieval().isPresent()
        ? "neither retrieval nor linear maps find the pairing."
        : "no linear map finds the pairing, and there is no retrieval between sides of different widths.";
  }

  private static String bends(MeasureResult measure, int above) {
    return measure.shared().filter(shared -> above > Math.ceil(shared.high())).isPresent()
        ? ", as a curved surface fills more of them than it has dimensions"
        : "";
  }

  private static String dimension(DimensionResult result) {
    return result instanceof DimensionResult.Measured measured
        ? String.format(Locale.ROOT, "%.2f", measured.dimension().estimate())
        : "an unknown number of";
  }

  /** The first correlations, as text. */
  public static String correlations(LinearRelation linear) {
    return linear.correlations().stream()
        .limit(SHOWN)
        .map(r -> String.format(Locale.ROOT, "%.2f", r))
        .collect(Collectors.joining(", "));
  }
}
