// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.report.Figure.Curve;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.io.StringWriter;
import java.util.Arrays;
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

/** Draws a figure as an SVG file. */
final class SvgDrawing {
  static {
    System.setProperty("java.awt.headless", "true");
  }

  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";
  private static final int BAND_OPACITY = 40;
  private static final BasicStroke LEVEL =
      new BasicStroke(4, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 10, new float[] {10, 6}, 0);

  private SvgDrawing() {}

  /**
   * Draws a figure. Java measures text by the fonts of the machine.
   *
   * @throws LinkageError or a similar error, if the machine has no fonts
   */
  static String of(Figure figure) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(figure.title())
            .xAxisTitle(figure.xAxis())
            .yAxisTitle(figure.yAxis())
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotGridLinesColor(new Color(0xDDDDDD));
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setYAxisLogarithmic(figure.logarithmic());
    chart.getStyler().setYAxisDecimalPattern(figure.logarithmic() ? "0.###" : null);
    if (figure.doubling()) {
      // Formats the marks itself, as this library's logarithmic axis has marks at powers of ten
      // only.
      chart.setCustomXAxisTickLabelsFormatter(SvgDrawing::size);
    }
    int[] colours = figure.colours();
    for (int i = 0; i < colours.length; i++) {
      Curve curve = figure.curves().get(i);
      Color colour = Color.decode(Figure.LIGHT_COLOURS.get(colours[i]));
      if (curve.spread().length > 0) {
        addBand(chart, figure, curve, colour);
      }
      addLine(chart, figure, curve, colour);
    }
    try {
      SVGGraphics2D graphics =
          new SVGGraphics2D(
              DocumentBuilderFactory.newInstance()
                  .newDocumentBuilder()
                  .getDOMImplementation()
                  .createDocument(NAMESPACE, "svg", null));
      chart.paint(graphics, WIDTH, HEIGHT);
      graphics.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
      StringWriter text = new StringWriter();
      graphics.stream(text, true);
      return text.toString();
    } catch (ParserConfigurationException | SVGGraphics2DIOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The text at a power of two; empty between two of them. */
  static String size(double power) {
    return power == Math.rint(power) ? String.valueOf(Math.round(Math.pow(2, power))) : "";
  }

  private static void addBand(XYChart chart, Figure figure, Curve curve, Color colour) {
    double[][] outline = curve.band();
    XYSeries band = chart.addSeries(curve.name() + " band", placed(figure, outline[0]), outline[1]);
    band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
    band.setFillColor(
        new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), BAND_OPACITY));
    band.setLineColor(new Color(0, 0, 0, 0));
    band.setMarker(SeriesMarkers.NONE);
    band.setShowInLegend(false);
  }

  private static void addLine(XYChart chart, Figure figure, Curve curve, Color colour) {
    XYSeries line = chart.addSeries(curve.name(), placed(figure, curve.x()), curve.y());
    line.setXYSeriesRenderStyle(
        figure.steps() ? XYSeriesRenderStyle.Step : XYSeriesRenderStyle.Line);
    line.setLineColor(colour);
    line.setLineWidth(2);
    if (curve.level()) {
      line.setLineWidth(LEVEL.getLineWidth());
      line.setLineStyle(LEVEL);
    }
    line.setMarkerColor(colour);
    line.setMarker(figure.marked(curve) ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }

  /** The positions of values of x on their axis. */
  private static double[] placed(Figure figure, double[] x) {
    return figure.doubling()
        ? Arrays.stream(x).map(value -> Math.log(value) / Math.log(2)).toArray()
        : x;
  }
}
