// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.report.Figure.Curve;
import dev.fathom.report.Figure.Form;
import dev.fathom.train.progress.RoundReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The figures of a training. */
final class TrainFigures {
  /** Largest number of points; more could not be told apart on a screen. */
  private static final int MOST_POINTS = 500;

  private TrainFigures() {}

  /** Returns the figures for which there are values to draw. */
  static List<Figure> of(List<RoundReport> rounds) {
    List<Curve> losses = new ArrayList<>();
    add(losses, "training", rounds, RoundReport::loss);
    add(
        losses,
        "validation",
        rounds.stream().filter(round -> round.valLoss().isPresent()).toList(),
        round -> round.valLoss().getAsDouble());
    List<Curve> recalls = new ArrayList<>();
    add(
        recalls,
        "recall@1 within a batch",
        rounds.stream().filter(round -> round.valRecall().isPresent()).toList(),
        round -> round.valRecall().getAsDouble());
    List<Curve> temperatures = new ArrayList<>();
    add(temperatures, "temperature", rounds, RoundReport::temperature);
    return List.of(
            new Figure(
                "loss-against-rounds",
                "Loss in training",
                "round",
                "loss, nats",
                Form.LINES,
                losses),
            new Figure(
                "retrieval-against-rounds",
                "Retrieval on the validation pairs in training",
                "round",
                "share of x",
                Form.LINES,
                recalls),
            new Figure(
                "temperature-against-rounds",
                "Temperature in training",
                "round",
                "temperature",
                Form.POWERS,
                temperatures))
        .stream()
        .filter(figure -> !figure.curves().isEmpty())
        .toList();
  }

  private static void add(
      List<Curve> curves,
      String name,
      List<RoundReport> rounds,
      ToDoubleFunction<RoundReport> value) {
    List<RoundReport> shown = new ArrayList<>();
    int step = (rounds.size() + MOST_POINTS - 1) / MOST_POINTS;
    for (int i = 0; i < rounds.size(); i++) {
      if (i % step == 0 || i == rounds.size() - 1) {
        shown.add(rounds.get(i));
      }
    }
    if (!shown.isEmpty()) {
      curves.add(
          Curve.of(
              name,
              shown.stream().mapToDouble(RoundReport::round).toArray(),
              shown.stream().mapToDouble(value).toArray()));
    }
  }
}
