// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.data.DatasetCard;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.Showcase;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A run as one self-contained page. Its text is in {@code src/main/jte}; the templates escape every
 * value according to its context, except the values that are called trusted here.
 */
record HtmlReport(RunReport report, List<Figure> figures) {
  private static final String ECHARTS =
      "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";

  /** The template engine, with the classes that the build made from the templates. */
  private static final TemplateEngine TEMPLATES =
      TemplateEngine.createPrecompiled(
          null,
          ContentType.Html,
          HtmlReport.class.getClassLoader(),
          HtmlReport.class.getPackageName());

  /** Renders the page. */
  static String of(RunReport report, List<Figure> figures) {
    StringOutput page = new StringOutput(1 << 16);
    TEMPLATES.render("page.jte", new HtmlReport(report, figures), page);
    return page.toString();
  }

  String source() {
    return report.data().map(DatasetCard::source).orElse("embeddings");
  }

  Optional<Showcase> showcase() {
    return report.measure().flatMap(MeasureResult::showcase);
  }

  /** The style sheet; trusted, as it is a resource of this package. */
  String style() {
    return resource("report.css");
  }

  /** The data of the charts; trusted, as it is JSON in which no tag can begin. */
  String data() {
    return PageData.of(this);
  }

  /** The charting library; trusted, as it is a resource of the class path. */
  String charting() {
    return resource(ECHARTS);
  }

  /** The page's script; trusted, as it is a resource of this package. */
  String script() {
    return resource("report.js");
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
