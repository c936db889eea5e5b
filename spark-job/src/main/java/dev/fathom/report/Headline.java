// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import com.google.errorprone.annotations.FormatMethod;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.SharedDimension;
import dev.fathom.measure.FeatureRetrieval;
import dev.fathom.measure.LabelDimension;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.Metric;
import dev.fathom.measure.NestedWidth;
import dev.fathom.measure.PointwiseDimension;
import dev.fathom.measure.WidthAdvice;
import dev.fathom.model.SimilarityKind;
import dev.fathom.sweep.CellResult;
import dev.fathom.sweep.Recommendation;
import dev.fathom.sweep.SweepResult;
import dev.fathom.train.TrainResult;
import dev.fathom.train.settings.TrainingSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The most important figures, in words: how well the sides match, the temperature, how many
 * dimensions they share.
 */
public final class Headline {
  /** Smallest number of embeddings of a label for the label's dimension to be named. */
  private static final int FEWEST_OF_A_LABEL = 20;

  private Headline() {}

  /** The headline, one sentence per figure. */
  public static List<String> of(RunReport report) {
    List<String> sentences = new ArrayList<>();
    report
        .measure()
        .flatMap(MeasureResult::retrieval)
        .ifPresent(retrieval -> sentences.add(retrieval(retrieval, report)));
    report
        .measure()
        .flatMap(MeasureResult::features)
        .flatMap(FeatureRetrieval::retrieval)
        .ifPresent(alone -> sentences.add(features(alone)));
    report
        .train()
        .ifPresent(
            train ->
                sentences.add(
                    format(
                        "Temperature: %.4f, from %.4f at the start.",
                        train.finalTemperature(), train.initialTemperature())));
    report.measure().ifPresent(measure -> sentences.add(dimension(measure)));
    report.measure().flatMap(EvidenceText::of).ifPresent(sentences::add);
    report.measure().ifPresent(measure -> sentences.addAll(parts(measure)));
    report.measure().flatMap(MeasureResult::width).ifPresent(width -> sentences.add(width(width)));
    report.measure().map(MeasureResult::nested).flatMap(Headline::nested).ifPresent(sentences::add);
    report.width().ifPresent(width -> sentences.addAll(WidthHeadline.of(width)));
    report
        .sweep()
        .ifPresent(
            sweep ->
                sentences.addAll(
                    sweep(sweep, SimilarityKind.COSINE.isIn(report.run().settings()))));
    return sentences;
  }

  private static List<String> sweep(SweepResult sweep, boolean cosine) {
    List<String> sentences = new ArrayList<>();
    sentences.add(
        format(
            "Sweep: %,d cells, of which %,d failed.", sweep.cells().size(), sweep.failed().size()));
    if (sweep.measured().stream().noneMatch(Headline::aboveChance)) {
      sentences.add(
          "Retrieval is at chance in every cell: no shared signal was found, and no dimension is of anything shared.");
      return sentences;
    }
    sweep
        .recommendation()
        .ifPresent(
            best -> {
              sentences.add(width(best));
              best.sharedDimension().ifPresent(shared -> sentences.add(shared(shared, cosine)));
            });
    return sentences;
  }

  private static String width(Recommendation best) {
    return format(
        "Recommended width: %d. It finds the partner of %.1f %% of the validation pairs first, within one standard error"
            + " (%.1f points) of the best, %.1f %% at width %d.",
        best.dimension(),
        100 * best.recall(),
        100 * best.standardError(),
        100 * best.bestRecall(),
        best.bestDimension());
  }

  private static String shared(double dimension, boolean cosine) {
    String measured = format("Shared dimension: %.2f at that width.", dimension);
    return cosine
        ? measured
            + format(
                " Cosine similarity needs a width of %d for it.",
                WidthAdvice.widthFor(dimension, true))
        : measured;
  }

  private static boolean aboveChance(CellResult cell) {
    return cell.figures().get(Metric.CHANCE) < Retrieval.SIGNIFICANCE;
  }

  private static String retrieval(Retrieval retrieval, RunReport report) {
    String found =
        format(
            "Retrieval: the right y is first for %.1f %% of x, among the first ten for %.1f %% (by chance %.2f %%), of %,d"
                + " pairs%s.",
            100 * retrieval.xToY().recallAt1(),
            100 * retrieval.xToY().recallAt10(),
            100 * retrieval.xToY().chanceAt10(),
            retrieval.pairs(),
            items(retrieval));
    if (retrieval.chance().aboveChance()) {
      return found;
    }
    if (!report.measure().orElseThrow().nothingShared()) {
      return found
          + " This is chance, though linear maps find the pairing: the sides may be of different bases.";
    }
    return found
        + report
            .train()
            .map(TrainResult::steps)
            .filter(steps -> steps < TrainingSettings.FEWEST_STEPS)
            .map(
                steps ->
                    format(
                        " This is chance, after %,d steps of training, which are too few to tell: raise"
                            + " training.epochs, or lower training.batchSize.",
                        steps))
            .orElse(" This is chance: no shared signal was found.");
  }

  private static String features(Retrieval alone) {
    return format(
        "Features alone, without the encoders: the right y is first for %.1f %% of x, among the first ten for %.1f %%.",
        100 * alone.xToY().recallAt1(), 100 * alone.xToY().recallAt10());
  }

  /** Describes the distinct items of pairs that repeat content. */
  private static String items(Retrieval retrieval) {
    Retrieval.Distinct items = retrieval.items();
    return items.x() == retrieval.pairs() && items.y() == retrieval.pairs()
        ? ""
        : format(" of %,d different x and %,d different y", items.x(), items.y());
  }

  private static String dimension(MeasureResult measure) {
    String known =
        measure.known().map(truth -> format(" The true number is %d.", truth)).orElse("");
    if (measure.y().isEmpty()) {
      return measure.x() instanceof DimensionResult.Measured measured
          ? format(
              "Intrinsic dimension: %.2f (%.2f to %.2f), of %,d embeddings %d wide.",
              measured.dimension().estimate(),
              measured.dimension().low(),
              measured.dimension().high(),
              measured.points(),
              measured.spectrum().variances().size())
          : "Intrinsic dimension: could not be measured. " + refusals(measure);
    }
    return measure
        .shared()
        .map(
            shared ->
                format(
                    "Shared dimension: %.2f (%.2f to %.2f), read from %s.%s",
                    shared.estimate(), shared.low(), shared.high(), source(shared), known))
        .orElseGet(
            () ->
                measure.nothingShared()
                    ? "Shared dimension: none, as nothing shared was found; what is measured of each side is its own."
                        + known
                    : measure.retrieval().isEmpty() && measure.evidence().isEmpty()
                        ? "Shared dimension: not told, as the sides differ in width, and there are too few different pairs to test whether they are paired."
                            + known
                        : "Shared dimension: could not be measured. " + refusals(measure) + known);
  }

  private static String source(SharedDimension shared) {
    String side = shared.tower().name().toLowerCase(Locale.ROOT);
    return shared.linearPart()
        ? format("what %s tells of the other side by linear maps", side)
        : format("the %s side", side);
  }

  /** Describes sides of two parts with different dimensions, as one number fits neither part. */
  private static List<String> parts(MeasureResult measure) {
    List<String> sentences = new ArrayList<>();
    for (PointwiseDimension spread : measure.pointwise()) {
      if (!spread.parts().isEmpty()) {
        PointwiseDimension.Part lower = spread.parts().get(0);
        PointwiseDimension.Part higher = spread.parts().get(1);
        sentences.add(
            format(
                "Mixture: %s has two parts of different dimension: %.2f for %.0f %% of the embeddings, %.2f for the"
                    + " others. One number for both is the dimension of neither.%s",
                spread.side(),
                lower.dimension().estimate(),
                100 * lower.share(),
                higher.dimension().estimate(),
                labels(measure, spread.side())));
      }
    }
    return sentences;
  }

  /** Names the labels between which a side's dimension differs most. */
  private static String labels(MeasureResult measure, String side) {
    ToDoubleFunction<Map.Entry<String, LabelDimension>> dimension =
        label -> label.getValue().of(side).orElse(Double.NaN);
    List<Map.Entry<String, LabelDimension>> labels =
        measure.labels().entrySet().stream()
            .filter(label -> label.getValue().of(side).isPresent())
            .filter(label -> label.getValue().points() >= FEWEST_OF_A_LABEL)
            .sorted(Comparator.comparingDouble(dimension))
            .toList();
    if (labels.size() < 2) {
      return "";
    }
    Map.Entry<String, LabelDimension> lowest = labels.get(0);
    Map.Entry<String, LabelDimension> highest = labels.get(labels.size() - 1);
    return format(
        " By label the dimension goes from %.2f (%s) to %.2f (%s).",
        dimension.applyAsDouble(lowest),
        lowest.getKey(),
        dimension.applyAsDouble(highest),
        highest.getKey());
  }

  private static String width(WidthAdvice width) {
    return width.bytesSaved() > 0
        ? format(
            "Width: %d would hold that dimension, %d bytes a vector less than %d; see that retrieval is as good there.",
            width.dimension(), width.bytesSaved(), width.current())
        : format(
            "Width: %d would hold that dimension; these are %d wide.",
            width.dimension(), width.current());
  }

  private static Optional<String> nested(List<NestedWidth> widths) {
    String found =
        widths.stream()
            .flatMap(
                nested ->
                    nested.retrieval().stream()
                        .map(
                            retrieval ->
                                format(
                                    "%.1f %% of x with %d columns",
                                    100 * retrieval.xToY().recallAt10(), nested.width())))
            .collect(Collectors.joining(", "));
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(format("Nested widths: the right y is among the first ten for %s.", found));
  }

  private static String refusals(MeasureResult measure) {
    List<String> reasons = new ArrayList<>();
    if (measure.x() instanceof DimensionResult.Refused refused) {
      reasons.add("x: " + refused.reason() + ".");
    }
    if (measure.y().orElse(null) instanceof DimensionResult.Refused refused) {
      reasons.add("y: " + refused.reason() + ".");
    }
    return String.join(" ", reasons);
  }

  @FormatMethod
  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
