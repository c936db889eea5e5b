// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.files.CsvText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A figure: curves over an axis, with everything that its drawings have in common. {@link
 * SvgDrawing} draws the file; the page's script draws from {@link PageData}.
 *
 * @param name base name of the files
 * @param title title for display
 * @param xAxis label of the x axis
 * @param yAxis label of the y axis
 * @param form kind of the curves
 */
record Figure(
    String name, String title, String xAxis, String yAxis, Form form, List<Curve> curves) {

  /** Colours that colour-blind readers can tell apart (Okabe, Ito 2008). */
  static final List<String> LIGHT_COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#777777");

  /** The same colours a shade lighter, for a dark background. */
  static final List<String> DARK_COLOURS =
      List.of("#4aa8e0", "#ff8f4a", "#2fc79b", "#e3a0c6", "#8fd0f5", "#f5bf4f", "#aaaaaa");

  /**
   * Smallest ratio of values for a logarithmic axis; within about one power of ten it has no marks
   * to read.
   */
  private static final double LEAST_LOGARITHMIC_RANGE = 30;

  /** Largest number of markers; more would hide the line. */
  private static final int MOST_MARKERS = 40;

  /** The kind of the curves. */
  enum Form {
    /** Values at points. */
    LINES,
    /** Values at points that may span several powers of ten. */
    POWERS,
    /** Values against sizes that double from point to point. */
    SIZES,
    /** Counts in bins that begin at x. */
    HISTOGRAM
  }

  /**
   * One curve.
   *
   * @param y values, one for each x
   * @param spread half the height of the band around y, one for each x, or empty
   * @param level whether the curve marks a level of the curve before it
   */
  record Curve(String name, double[] x, double[] y, double[] spread, boolean level) {

    static Curve of(String name, double[] x, double[] y) {
      return new Curve(name, x, y, new double[0], false);
    }

    static Curve banded(String name, double[] x, double[] y, double[] spread) {
      return new Curve(name, x, y, spread, false);
    }

    static Curve level(String name, double fromX, double toX, double y) {
      return new Curve(name, new double[] {fromX, toX}, new double[] {y, y}, new double[0], true);
    }

    /** The outline of the band as x and y: along its upper edge, and back along its lower edge. */
    double[][] band() {
      int n = spread.length;
      double[][] outline = new double[2][2 * n];
      for (int i = 0; i < n; i++) {
        int back = 2 * n - 1 - i;
        outline[0][i] = x[i];
        outline[0][back] = x[i];
        outline[1][i] = y[i] + spread[i];
        outline[1][back] = y[i] - spread[i];
      }
      return outline;
    }
  }

  /** Whether the y axis is logarithmic. */
  boolean logarithmic() {
    DoubleSummaryStatistics values =
        curves.stream()
            .flatMapToDouble(curve -> DoubleStream.of(curve.y))
            .filter(Double::isFinite)
            .summaryStatistics();
    return form == Form.POWERS && values.getMax() > LEAST_LOGARITHMIC_RANGE * values.getMin();
  }

  /** Whether the x axis is logarithmic, with marks at the powers of two. */
  boolean doubling() {
    return form == Form.SIZES;
  }

  boolean steps() {
    return form == Form.HISTOGRAM;
  }

  /** Whether a curve's points are marked. */
  boolean marked(Curve curve) {
    return !steps() && !curve.level && curve.x.length <= MOST_MARKERS;
  }

  /** The index of each curve's colour; a level has the colour of its curve. */
  int[] colours() {
    int[] colours = new int[curves.size()];
    int next = 0;
    for (int i = 0; i < colours.length; i++) {
      colours[i] = curves.get(i).level ? colours[i - 1] : next++ % LIGHT_COLOURS.size();
    }
    return colours;
  }

  /** The data as CSV, one row per point: curve, x, y, spread. */
  String csv() {
    List<List<Object>> rows = new ArrayList<>();
    for (Curve curve : curves) {
      for (int i = 0; i < curve.x.length; i++) {
        Double spread = curve.spread.length == 0 ? null : curve.spread[i];
        rows.add(Arrays.asList(curve.name, curve.x[i], curve.y[i], spread));
      }
    }
    return CsvText.of(List.of("curve", xAxis, yAxis, "standard deviation"), rows);
  }
}
