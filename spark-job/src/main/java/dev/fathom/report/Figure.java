// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.files.CsvText;
import java.awt.Color;
import java.awt.Dimension;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Curves over an axis, as a drawing and as a table.
 *
 * @param name of the files
 * @param title for a person
 * @param xAxis what x is
 * @param yAxis what y is
 * @param logarithmic whether the axis of y is
 * @param steps whether the curves are counts in bins that begin at x
 */
record Figure(
    String name,
    String title,
    String xAxis,
    String yAxis,
    boolean logarithmic,
    boolean steps,
    List<Curve> curves) {
  static {
    System.setProperty("java.awt.headless", "true");
  }

  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;
  private static final String SVG_NAMESPACE = "http://www.w3.org/2000/svg";

  /** Told apart by the colour-blind as well (Okabe, Ito 2008). */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0x56B4E9),
          new Color(0xE69F00),
          new Color(0x555555));

  /**
   * One curve.
   *
   * @param y as long as x
   * @param spread half the height of the band around y, as long, or empty
   */
  record Curve(String name, double[] x, double[] y, double[] spread) {}

  /** A row a point: curve, x, y, spread. */
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

  /**
   * The drawing. Java measures text by the fonts of the machine.
   *
   * @throws LinkageError or others of its kind where the machine has none
   */
  String svg() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xAxis)
            .yAxisTitle(yAxis)
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotGridLinesColor(new Color(0xDDDDDD));
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setYAxisLogarithmic(logarithmic);
    chart.getStyler().setYAxisDecimalPattern(logarithmic ? "0.###" : null);
    for (int i = 0; i < curves.size(); i++) {
      draw(chart, curves.get(i), COLOURS.get(i % COLOURS.size()));
    }
    try {
      SVGGraphics2D graphics =
          new SVGGraphics2D(
              DocumentBuilderFactory.newInstance()
                  .newDocumentBuilder()
                  .getDOMImplementation()
                  .createDocument(SVG_NAMESPACE, "svg", null));
      chart.paint(graphics, WIDTH, HEIGHT);
      graphics.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
      StringWriter text = new StringWriter();
      graphics.stream(text, true);
      return text.toString();
    } catch (ParserConfigurationException | SVGGraphics2DIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void draw(XYChart chart, Curve curve, Color colour) {
    if (curve.spread.length > 0) {
      XYSeries band = chart.addSeries(curve.name + " band", around(curve.x), band(curve));
      band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
      band.setFillColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 40));
      band.setLineColor(new Color(0, 0, 0, 0));
      band.setMarker(SeriesMarkers.NONE);
      band.setShowInLegend(false);
    }
    XYSeries line = chart.addSeries(curve.name, curve.x, curve.y);
    line.setXYSeriesRenderStyle(steps ? XYSeriesRenderStyle.Step : XYSeriesRenderStyle.Line);
    line.setLineColor(colour);
    line.setMarkerColor(colour);
    line.setMarker(steps || curve.x.length > 30 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    line.setLineWidth(2);
  }

  /** There and back. */
  private static double[] around(double[] values) {
    return DoubleStream.concat(
            DoubleStream.of(values),
            IntStream.range(0, values.length).mapToDouble(i -> values[values.length - 1 - i]))
        .toArray();
  }

  private static double[] band(Curve curve) {
    int n = curve.y.length;
    return IntStream.range(0, 2 * n)
        .mapToDouble(
            i ->
                i < n
                    ? curve.y[i] + curve.spread[i]
                    : curve.y[2 * n - 1 - i] - curve.spread[2 * n - 1 - i])
        .toArray();
  }
}
