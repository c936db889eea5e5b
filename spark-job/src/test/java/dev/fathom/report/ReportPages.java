// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Modality;
import dev.fathom.data.PictureEncoding;
import dev.fathom.data.Side;
import dev.fathom.evaluate.PairedEmbeddings;
import dev.fathom.evaluate.RetrievalExamples;
import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.measure.EmbeddedPairs;
import dev.fathom.measure.InMemoryMeasure;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.measure.Showcase;
import dev.fathom.random.RandomStream;
import dev.fathom.settings.Settings;
import dev.fathom.train.TrainResult;
import dev.fathom.train.progress.RoundReport;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Pages of runs that were never run, with captions as hostile as the web's. */
final class ReportPages {
  static final List<String> CAPTIONS =
      List.of(
          "<script>window.hacked = 1</script>",
          "\"><img src=x onerror=\"window.hacked = 2\">",
          "'); window.hacked = 3; ('",
          "</script><script>window.hacked = 4</script>",
          "שלום, זה מימין לשמאל",
          "\u202Eright to left\u202C and back",
          "👩🏽‍🚀 an astronaut & a 🐈",
          "{{constructor.constructor('window.hacked = 5')()}}",
          "an ordinary caption");

  static final String SOURCE =
      "<i>pairs</i>.csv</title></style></script><script>window.hacked = 6</script>\" ' & \u2028";
  static final String SETTING =
      "<i>file</i></code></script><script>window.hacked = 7</script>\" ' & \u2028";
  static final String LABEL = "<b>label</b>\u2028</script>\\";

  private ReportPages() {}

  /** The page of a whole run over so many test pairs. */
  static String run(int pairs, boolean labelled) {
    RandomGenerator random = RandomStream.of(1, "page");
    int d = 8;
    float[] x = new float[pairs * d];
    float[] y = new float[pairs * d];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      for (int c = 0; c < d; c++) {
        x[i * d + c] = (float) random.nextGaussian();
        y[i * d + c] = x[i * d + c] + 0.3f * (float) random.nextGaussian();
      }
      labels.add(labelled ? LABEL + i % 4 : "");
    }
    Settings settings = Settings.of("", List.of(), List.of("model.dimension=8"));
    Map<String, String> effective = new TreeMap<>(settings.effective());
    effective.put("input.x", SETTING);
    MeasureResult measured =
        InMemoryMeasure.of(
                EmbeddedPairs.of(x, y, d, labels),
                new InMemoryMeasure.Origin(Optional.of(5), Optional.empty()),
                MeasureSettings.of(settings))
            .with(Optional.empty(), showcase(x, y, pairs, d, labels));
    RunReport report =
        new RunReport.Builder(
                new RunReport.Run("run", 42, effective, List.of("fathom 1", "Spark 3")))
            .data(card())
            .train(
                new TrainResult(
                    "model", 0.07, 0.01, 1.5, OptionalDouble.of(1.6), 12_345, 2, 1_380, 40, 10))
            .measure(measured)
            .build();
    List<Figure> figures = new ArrayList<>(MeasureFigures.of(measured));
    figures.addAll(TrainFigures.of(rounds()));
    return HtmlReport.of(report, figures);
  }

  private static Showcase showcase(float[] x, float[] y, int pairs, int d, List<String> labels) {
    PairedEmbeddings paired = PairedEmbeddings.of(x, y, pairs, d);
    RetrievalExamples examples = RetrievalExamples.of(paired, 1);
    Map<Integer, Showcase.Item> items = new HashMap<>();
    String picture =
        "data:image/jpeg;base64,"
            + Base64.getEncoder()
                .encodeToString(PictureEncoding.JPEG.encode(new byte[16 * 16 * 3], 16, 16));
    List<Showcase.Place> places = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      String caption = CAPTIONS.get(i % CAPTIONS.size());
      items.put(
          i,
          new Showcase.Item(
              "key " + i, new Showcase.Shown(caption, picture), new Showcase.Shown(caption, "")));
      if (i < 2000) {
        places.add(
            new Showcase.Place(
                x[i * d],
                x[i * d + 1],
                "key " + i + "\n" + caption,
                labels.get(i),
                OptionalDouble.of(4.0 + x[i * d + 2])));
      }
    }
    return new Showcase(
        items,
        examples.xToY(),
        examples.yToX(),
        pairs,
        places,
        0.4,
        Optional.of(SimilarityHistogram.of(paired)));
  }

  private static List<RoundReport> rounds() {
    List<RoundReport> rounds = new ArrayList<>();
    for (int round = 1; round <= 40; round++) {
      rounds.add(
          new RoundReport(
              round,
              round * 0.5,
              round * 8L,
              round * 2048L,
              5.5 / round,
              round % 4 == 0 ? OptionalDouble.of(5.6 / round) : OptionalDouble.empty(),
              round % 4 == 0 ? OptionalDouble.of(1 - 1.0 / round) : OptionalDouble.empty(),
              0.07 / Math.sqrt(round),
              0,
              Optional.empty(),
              0.001,
              9000,
              0.5));
    }
    return rounds;
  }

  private static DatasetCard card() {
    Side image =
        new Side(
            Modality.IMAGE,
            List.of(16, 16, 3),
            List.of(0.5, 0.5, 0.5),
            List.of(1.0, 1.0, 1.0),
            List.of());
    Side text = new Side(Modality.TEXT, List.of(32), List.of(), List.of(), List.of("<unknown>"));
    DatasetCard.Counts counts = new DatasetCard.Counts(1000, 12, 700, 144, 144);
    return new DatasetCard(
        1,
        SOURCE,
        "f",
        42,
        Optional.of(5),
        false,
        image,
        text,
        counts,
        Map.of("unreadable-image", 12L),
        new DatasetCard.Duplicates(3, 2, 1),
        "",
        List.of(new DatasetCard.Part(SOURCE, "f", counts)));
  }
}
