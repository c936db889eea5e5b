// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page as a parser reads it, of a run whose every text is hostile. */
class HtmlReportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static Document page;

  @BeforeAll
  static void parse() {
    page = Jsoup.parse(ReportPages.run(400, true));
  }

  @Test
  void theSectionsStandInTheirOrder() {
    assertThat(page.select("h2").eachText())
        .containsExactly(
            "Figures",
            "Retrieval to look at",
            "Retrieval",
            "How the sides lie",
            "Intrinsic dimension",
            "What linear maps find in common",
            "Dimension of x against scale",
            "Dimension of y against scale",
            "Dimension around the embeddings",
            "Dimension by label",
            "Training",
            "Pairs",
            "Settings that differ from the defaults");
    assertThat(page.select(".canvas").eachAttr("data-figure"))
        .containsExactly("0", "1", "2", "3", "4", "5", "map");
  }

  @Test
  void theLabelMatchStandsBesideRetrieval() {
    Element row = page.select("td:containsOwn(y finds x)").first().parent();

    assertThat(row.parent().select("th").last().text()).isEqualTo("nearest has the label");
    assertThat(row.children()).hasSameSizeAs(row.parent().select("th"));
    assertThat(Double.parseDouble(row.lastElementChild().text())).isBetween(0.5, 1.0);
  }

  @Test
  void whatARunBringsIsTextWhereverItStands() {
    assertThat(page.select("title, h1"))
        .extracting(Element::wholeText)
        .containsExactly("Fathom: " + ReportPages.SOURCE, "Fathom: " + ReportPages.SOURCE);
    assertThat(page.select("td")).extracting(Element::wholeText).contains(ReportPages.SETTING);
    assertThat(page.select("pre code").first().wholeText())
        .contains(" --input '" + ReportPages.SOURCE.replace("'", "'\\''") + "'")
        .contains(" --set 'input.x=" + ReportPages.SETTING.replace("'", "'\\''") + "'");
    assertThat(page.select("td"))
        .extracting(Element::wholeText)
        .contains(ReportPages.LABEL + 0, ReportPages.LABEL + 3);
    assertThat(page.select(".side bdi").eachText()).isNotEmpty();
    assertThat(page.select(".side bdi, .side img"))
        .extracting(side -> side.hasAttr("alt") ? side.attr("alt") : side.wholeText())
        .allMatch(ReportPages.CAPTIONS::contains);
  }

  @Test
  void noneOfItBecomesAnElementOrAnAttribute() {
    assertThat(page.getAllElements())
        .extracting(Element::tagName)
        .filteredOn(tag -> !tag.startsWith("#"))
        .isSubsetOf(
            "html head meta title style body main h1 h2 h3 p div figure figcaption ol li bdi img table caption tbody tr th td pre code script"
                .split(" ", -1));
    assertThat(page.select("script")).extracting(Element::id).containsExactly("data", "", "");
    assertThat(page.select("style")).hasSize(1);
    List<String> attributes = new ArrayList<>();
    page.body()
        .getAllElements()
        .forEach(
            element ->
                element.attributes().asList().stream()
                    .map(Attribute::getKey)
                    .forEach(attributes::add));
    assertThat(attributes)
        .isSubsetOf(
            "class role aria-label data-figure alt title src tabindex scope type id"
                .split(" ", -1));
    assertThat(page.select("img").eachAttr("src")).allMatch(src -> src.startsWith("data:image/"));
  }

  @Test
  void theScriptReadsTheTextsAsTheyAre() throws Exception {
    String json = page.getElementById("data").data();
    JsonNode data = JSON.readTree(json);

    assertThat(json).doesNotContain("<");
    for (int i = 0; i < ReportPages.CAPTIONS.size(); i++) {
      JsonNode point = data.at("/map/points/" + i);
      assertThat(point.get("t").asText())
          .isEqualTo("key " + i + "\n" + ReportPages.CAPTIONS.get(i));
      assertThat(point.get("l").asText()).isEqualTo(ReportPages.LABEL + i % 4);
    }
  }

  @Test
  void theScriptsAreTheOnesOfTheJob() {
    assertThat(page.select("script").get(1).data()).contains("echarts");
    assertThat(page.select("script").get(2).data()).contains("fathomCharts");
    assertThat(page.select("script").get(2).data()).endsWith("})();\n");
  }
}
