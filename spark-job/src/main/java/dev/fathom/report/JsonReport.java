// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fathom.data.DatasetCard;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.files.Json;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.SharedDimension;
import dev.fathom.measure.FeatureRetrieval;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.NestedWidth;
import dev.fathom.measure.SharedEvidence;
import dev.fathom.sweep.Recommendation;
import dev.fathom.sweep.SweepResult;
import dev.fathom.train.TrainResult;
import dev.fathom.width.WidthResult;
import java.util.Locale;

/** A run as {@code report.json}. Scripts read these paths, so they must not change. */
final class JsonReport {
  private static final ObjectMapper JSON = Json.mapper();

  private JsonReport() {}

  static JsonNode of(RunReport report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("command", report.run().command());
    root.put("seed", report.run().seed());
    report.data().ifPresent(card -> addData(root, card));
    report.train().ifPresent(train -> addTraining(root, train));
    report.measure().ifPresent(measure -> addMeasurements(root, measure));
    report.sweep().ifPresent(sweep -> addSweep(root, sweep));
    report.width().ifPresent(width -> root.set("widths", widths(width)));
    ObjectNode timings = root.putObject("timings");
    report.prepare().ifPresent(prepare -> timings.put("prepare", prepare.seconds()));
    report.train().ifPresent(train -> timings.put("train", train.seconds()));
    report.embed().ifPresent(embed -> timings.put("embed", embed.seconds()));
    report.measure().ifPresent(measure -> timings.put("measure", measure.seconds()));
    report.measure().ifPresent(measure -> timings.put("neighbours", measure.neighbourSeconds()));
    report.sweep().ifPresent(sweep -> timings.put("sweep", sweep.seconds()));
    report.width().ifPresent(width -> timings.put("width", width.seconds()));
    root.set("settings", JSON.valueToTree(report.run().settings()));
    return root;
  }

  private static void addData(ObjectNode root, DatasetCard card) {
    root.putObject("pairs")
        .put("train", card.counts().train())
        .put("validation", card.counts().validation())
        .put("test", card.counts().test());
    ObjectNode data = root.putObject("data");
    data.put("source", card.source());
    data.put("fingerprint", card.fingerprint());
    data.put("shuffledPairs", card.shuffledPairs());
    data.put("read", card.counts().read());
    data.put("rejected", card.counts().rejected());
    data.set("rejects", JSON.valueToTree(card.rejects()));
    data.set("duplicates", JSON.valueToTree(card.duplicates()));
    data.set("parts", JSON.valueToTree(card.parts()));
    ObjectNode backbones = JSON.createObjectNode();
    card.x().frozen().ifPresent(network -> backbones.set("x", JSON.valueToTree(network)));
    card.y().frozen().ifPresent(network -> backbones.set("y", JSON.valueToTree(network)));
    if (!backbones.isEmpty()) {
      data.set("backbones", backbones);
    }
  }

  private static void addTraining(ObjectNode root, TrainResult train) {
    root.putObject("temperature")
        .put("initial", train.initialTemperature())
        .put("final", train.finalTemperature());
    root.putObject("loss")
        .put("train", train.trainLoss())
        .set("validation", JSON.valueToTree(train.validationLoss()));
    root.putObject("throughput")
        .put("trainPairsPerSecond", train.pairsPerSecond())
        .put("workers", train.workers());
    root.putObject("training").put("steps", train.steps()).put("rounds", train.rounds());
  }

  private static void addMeasurements(ObjectNode root, MeasureResult measure) {
    measure.retrieval().ifPresent(retrieval -> root.set("retrieval", retrieval(retrieval)));
    measure.features().ifPresent(features -> root.set("features", features(features)));
    measure.agreement().ifPresent(agreement -> root.set("agreement", JSON.valueToTree(agreement)));
    ObjectNode dimension = root.putObject("intrinsicDimension");
    measure.known().ifPresent(known -> dimension.put("known", known));
    dimension.put("points", measure.points());
    dimension.put("available", measure.available());
    measure.shared().ifPresent(shared -> dimension.set("shared", shared(shared)));
    measure.evidence().ifPresent(evidence -> dimension.set("evidence", evidence(evidence)));
    dimension.set("x", tower(measure.x()));
    measure.y().ifPresent(y -> dimension.set("y", tower(y)));
    if (!measure.pointwise().isEmpty()) {
      ObjectNode pointwise = dimension.putObject("pointwise");
      measure.pointwise().forEach(spread -> pointwise.set(spread.side(), JSON.valueToTree(spread)));
    }
    if (!measure.labels().isEmpty()) {
      dimension.set("labels", JSON.valueToTree(measure.labels()));
    }
    measure.width().ifPresent(width -> root.set("width", JSON.valueToTree(width)));
    if (!measure.nested().isEmpty()) {
      ArrayNode nested = root.putArray("nestedWidths");
      measure.nested().forEach(width -> nested.add(nested(width)));
    }
  }

  private static void addSweep(ObjectNode root, SweepResult sweep) {
    ObjectNode node = root.putObject("sweep");
    node.put("cells", sweep.cells().size());
    node.put("failed", sweep.failed().size());
    sweep.recommendation().ifPresent(best -> node.set("recommendation", recommendation(best)));
    node.set("points", JSON.valueToTree(sweep.points()));
  }

  private static JsonNode widths(WidthResult width) {
    ObjectNode node = JSON.createObjectNode();
    node.put("quality", width.quality().label());
    node.put("width", width.width());
    node.put("full", width.full());
    node.put("queries", width.queries());
    node.put("vectors", width.vectors());
    node.put("learned", width.learned());
    node.put("loss", width.loss());
    width.dimension().ifPresent(dimension -> node.put("dimension", dimension));
    width.nested().ifPresent(nested -> node.set("firstColumns", JSON.valueToTree(nested)));
    width.best(false).ifPresent(best -> node.set("best", smallest(best)));
    width.best(true).ifPresent(best -> node.set("bestOfFloats", smallest(best)));
    node.set("curves", JSON.valueToTree(width.curves()));
    return node;
  }

  private static JsonNode smallest(WidthResult.Curve curve) {
    ObjectNode node = JSON.valueToTree(curve.smallest().orElseThrow());
    return node.put("reduction", curve.reduction().key()).put("storage", curve.storage().key());
  }

  private static JsonNode recommendation(Recommendation best) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("dimension", best.dimension())
            .put("recall", best.recall())
            .put("bestDimension", best.bestDimension())
            .put("bestRecall", best.bestRecall())
            .put("standardError", best.standardError());
    best.sharedDimension().ifPresent(shared -> node.put("sharedDimension", shared));
    return node;
  }

  private static JsonNode retrieval(Retrieval retrieval) {
    ObjectNode node = JSON.createObjectNode();
    node.set("xToY", JSON.valueToTree(retrieval.xToY()));
    node.set("yToX", JSON.valueToTree(retrieval.yToX()));
    node.put("topShare", retrieval.topShare());
    retrieval.labelMatch().ifPresent(match -> node.set("labelMatch", JSON.valueToTree(match)));
    node.put("pairs", retrieval.pairs());
    node.set("items", JSON.valueToTree(retrieval.items()));
    node.set("chance", JSON.valueToTree(retrieval.chance()));
    return node;
  }

  private static JsonNode nested(NestedWidth width) {
    ObjectNode node = JSON.createObjectNode();
    node.put("width", width.width());
    node.put("bytes", width.bytes());
    width.retrieval().ifPresent(retrieval -> node.set("retrieval", retrieval(retrieval)));
    width.shared().ifPresent(shared -> node.set("shared", shared(shared)));
    return node;
  }

  private static JsonNode features(FeatureRetrieval features) {
    ObjectNode node =
        JSON.createObjectNode().put("widthX", features.widthX()).put("widthY", features.widthY());
    node.put("comparable", features.retrieval().isPresent());
    features.retrieval().ifPresent(found -> node.set("retrieval", retrieval(found)));
    return node;
  }

  private static JsonNode shared(SharedDimension shared) {
    return JSON.createObjectNode()
        .put("estimate", shared.estimate())
        .put("low", shared.low())
        .put("high", shared.high())
        .put("tower", shared.tower().name().toLowerCase(Locale.ROOT))
        .put("linearPart", shared.linearPart());
  }

  private static JsonNode evidence(SharedEvidence evidence) {
    ObjectNode node = JSON.valueToTree(evidence);
    return node.put("verdict", evidence.verdict().key());
  }

  private static JsonNode tower(DimensionResult result) {
    if (!(result instanceof DimensionResult.Measured measured)) {
      return JSON.valueToTree(result);
    }
    ObjectNode node = JSON.createObjectNode();
    node.put("given", measured.given());
    node.put("nonFinite", measured.nonFinite());
    node.put("duplicates", measured.duplicates());
    node.put("points", measured.points());
    measured
        .estimates()
        .forEach((estimator, estimate) -> node.set(estimator.key(), JSON.valueToTree(estimate)));
    node.set("dimension", JSON.valueToTree(measured.dimension()));
    node.set("plateau", JSON.valueToTree(measured.plateau()));
    node.set("curve", JSON.valueToTree(measured.curve()));
    node.set("thinned", JSON.valueToTree(measured.thinned()));
    node.set("spectrum", JSON.valueToTree(measured.spectrum()));
    node.set("caveats", JSON.valueToTree(measured.caveats()));
    return node;
  }
}
