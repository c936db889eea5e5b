// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.results.Results;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The page as a browser shows it, from disk and without a network. */
class ReportBrowserTest {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Path SCREENSHOTS = Path.of("target/screenshots");

  @TempDir private static Path pages;
  private static ChromeDriver browser;

  @BeforeAll
  static void open() throws IOException {
    assumeTrue(
        Files.exists(CHROMIUM) && Files.exists(DRIVER),
        "no browser: install chromium and chromium-driver");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toString());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--no-first-run");
    options.setCapability("goog:loggingPrefs", logs);
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build(),
            options);
    Files.writeString(pages.resolve("plain.html"), ReportPages.run(400, false));
    Files.writeString(pages.resolve("labelled.html"), ReportPages.run(400, true));
    Files.writeString(pages.resolve("large.html"), ReportPages.run(10_000, false));
    Files.createDirectories(SCREENSHOTS);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.quit();
    }
  }

  @BeforeEach
  void forget() {
    browser.manage().logs().get(LogType.BROWSER);
    browser.manage().logs().get(LogType.PERFORMANCE);
  }

  @ParameterizedTest
  @CsvSource({
    "plain, 1400, light",
    "plain, 390, light",
    "labelled, 1400, dark",
    "labelled, 390, dark",
    "large, 1400, light"
  })
  void thePageReadsWellAndAsksNothingOfTheNetwork(String page, int width, String scheme)
      throws IOException {
    show(page, width, scheme);

    assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
        .extracting(LogEntry::getMessage)
        .isEmpty();
    assertThat(browser.manage().logs().get(LogType.PERFORMANCE).getAll())
        .extracting(LogEntry::getMessage)
        .filteredOn(message -> message.contains("Network.requestWillBeSent"))
        .allMatch(
            message -> message.contains("\"url\":\"file:") || message.contains("\"url\":\"data:"));
    for (WebElement chart : browser.findElements(By.className("canvas"))) {
      assertThat(chart.findElements(By.cssSelector("svg path")))
          .as(chart.getAttribute("aria-label"))
          .hasSizeGreaterThan(5);
    }
    assertThat(script("return document.documentElement.scrollWidth <= window.innerWidth"))
        .isEqualTo(true);
    assertThat(script("return window.hacked === undefined")).isEqualTo(true);
    byte[] picture = browser.getScreenshotAs(OutputType.BYTES);
    Files.write(SCREENSHOTS.resolve("%s-%d-%s.png".formatted(page, width, scheme)), picture);
  }

  @ParameterizedTest
  @CsvSource({"plain, 1400, light", "plain, 390, light", "labelled, 1400, dark"})
  void theBasicsOfAccessibilityAreMet(String page, int width, String scheme) {
    show(page, width, scheme);

    Results found = new AxeBuilder().analyze(browser);

    assertThat(found.getViolations())
        .extracting(rule -> rule.getId() + ": " + rule.getNodes())
        .isEmpty();
  }

  @Test
  void captionsAreShownAsTheyAre() {
    show("plain", 1400, "light");

    String text = browser.findElement(By.tagName("main")).getText();
    List<String> names =
        browser.findElements(By.cssSelector(".side img")).stream()
            .map(picture -> picture.getAttribute("alt"))
            .toList();

    assertThat(text).contains("<i>pairs</i>.csv").contains("<i>file</i>");
    assertThat(names).isNotEmpty().allMatch(ReportPages.CAPTIONS::contains);
    assertThat(browser.findElements(By.cssSelector(".queries > li"))).hasSizeGreaterThan(24);
    assertThat(browser.findElements(By.cssSelector(".side.right"))).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"plain", "labelled"})
  void aPointTellsItsCaptionWhereThePointerIs(String page) {
    show(page, 1400, "light");
    WebElement map = browser.findElement(By.cssSelector("[data-figure=map]"));
    browser.executeScript("arguments[0].scrollIntoView({block: 'center'})", map);
    for (int caption = 0; caption < ReportPages.CAPTIONS.size(); caption++) {
      Map<?, ?> place =
          (Map<?, ?>)
              browser.executeScript(
                  """
                  const chart = fathomCharts().find(c => c.getDom() === arguments[0]);
                  let found = null;
                  chart.getOption().series.forEach(series => series.data.forEach(point => {
                    if (point.text === arguments[1]) {
                      const at = chart.convertToPixel('grid', point.value);
                      found = {x: Math.round(at[0]), y: Math.round(at[1])};
                    }
                  }));
                  return found;
                  """,
                  map,
                  "key " + caption + "\n" + ReportPages.CAPTIONS.get(caption));
      int x = ((Number) place.get("x")).intValue() - map.getSize().getWidth() / 2;
      int y = ((Number) place.get("y")).intValue() - map.getSize().getHeight() / 2;
      new Actions(browser).moveToElement(map, x, y).perform();

      // Points may lie on each other: the one on top answers, with some caption as it is.
      String shown = map.getText();
      assertThat(ReportPages.CAPTIONS).anyMatch(shown::contains);
    }
    assertThat(script("return window.hacked === undefined")).isEqualTo(true);
  }

  @Test
  void thePageOfTenThousandEmbeddingsIsSmallAndItsOpeningIsTold() throws IOException {
    show("large", 1400, "light");

    Object millis =
        script("const t = performance.getEntriesByType('navigation')[0]; return t.loadEventEnd");
    System.out.printf("report of 10,000 embeddings: loaded and drawn after %s ms%n", millis);
    assertThat(Files.size(pages.resolve("large.html"))).isLessThan(3L << 20);
  }

  private static Object script(String script) {
    return browser.executeScript(script);
  }

  private static void show(String page, int width, String scheme) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    browser.manage().window().setSize(new Dimension(width, 900));
    browser.get(pages.resolve(page + ".html").toUri().toString());
  }
}
