// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import com.sun.net.httpserver.HttpServer;
import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.error.FathomException;
import java.awt.Color;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as people have them who never read how a file should be. */
class OddFilesTest {
  @TempDir Path temporary;
  private int outputs;

  @BeforeEach
  void pictures() {
    for (String name : List.of("a.png", "b.png")) {
      Corpus.write(temporary.resolve(name), Corpus.picture(name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t", "|"})
  void theHeaderOfACsvTellsWhatIsBetweenCells(String separator) {
    String rows = "file,caption\na.png,\"one, two; three|four\"\nb.png,five\n";
    Path file = text("pairs.csv", rows.replaceAll(",(?! )", separator.replace("|", "\\|")));

    assertThat(captions(prepare(file)))
        .containsOnly(entry("a.png", "one, two; three|four"), entry("b.png", "five"));
  }

  @Test
  void aSettingSaysWhatIsBetweenCells() {
    Path file = text("pairs.csv", "file:caption, as given, in full\na.png:one\n");

    assertThat(captions(prepare(file, "input.separator=:", "input.y=caption, as given, in full")))
        .containsOnly(entry("a.png", "one"));
    assertThat(failure(file, "input.separator=|"))
        .contains("its columns are file:caption, as given, in full; ")
        .contains("input.separator");
  }

  @Test
  void blanksAfterCommasAndAroundNamesOfColumnsAreNoPartOfThem() {
    Path file =
        text(
            "pairs.csv",
            "\"file\", \"caption\" , \"kind\"\n\"a.png\", \"one, two\", x\nb.png,  three,  y\n");

    Dataset dataset = prepare(file, "input.label=kind");

    assertThat(captions(dataset)).containsOnly(entry("a.png", "one, two"), entry("b.png", "three"));
    assertThat(column(dataset, PairSchema.LABEL).values()).containsExactlyInAnyOrder("x", "y");
  }

  @ParameterizedTest
  @CsvSource({
    "csv, UTF-16LE",
    "csv, UTF-16BE",
    "csv, UTF-8",
    "tsv, UTF-16LE",
    "jsonl, UTF-16LE",
    "json, UTF-16BE"
  })
  void aMarkTellsTheEncodingOfAManifest(String form, String charset) {
    Path file =
        Corpus.write(
            temporary.resolve("pairs." + form),
            ("\ufeff" + manifest(form)).getBytes(Charset.forName(charset)));

    assertThat(captions(prepare(file)))
        .containsOnly(entry("a.png", "café, bleu"), entry("b.png", "你好"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "tsv", "jsonl", "json"})
  void aSettingTellsTheEncodingOfAManifest(String form) {
    byte[] bytes = manifest(form).replace("你好", "Öl").getBytes(Charset.forName("windows-1252"));
    Path file = Corpus.write(temporary.resolve("pairs." + form), bytes);
    Path packed = Corpus.write(temporary.resolve("pairs." + form + ".gz"), Corpus.gzip(bytes));

    for (Path path : List.of(file, packed)) {
      assertThat(captions(prepare(path, "input.charset=windows-1252")))
          .containsOnly(entry("a.png", "café, bleu"), entry("b.png", "Öl"));
    }
  }

  private static String manifest(String form) {
    return switch (form) {
      case "csv" -> "file;caption\r\na.png;café, bleu\r\nb.png;你好\r\n";
      case "tsv" -> "file\tcaption\r\na.png\tcafé, bleu\r\nb.png\t你好\r\n";
      case "jsonl" ->
          "{\"file\": \"a.png\", \"caption\": \"café, bleu\"}\r\n{\"file\": \"b.png\", \"caption\": \"你好\"}\r\n";
      default ->
          "[{\"file\": \"a.png\", \"caption\": \"café, bleu\"},\r\n {\"file\": \"b.png\", \"caption\": \"你好\"}]";
    };
  }

  @Test
  void aTextInAnotherEncodingIsRejectedWithTheSettingThatNamesIt() {
    Path file =
        Corpus.write(
            temporary.resolve("pairs.csv"),
            "file,caption\na.png,café\nb.png,Öl\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(failure(file))
        .contains("2 of 2 rows")
        .contains("the text is no UTF-8; input.charset says what it is");
    assertThat(
            failure(
                Corpus.write(
                    temporary.resolve("names.csv"),
                    "file,caption\né.png,one\n".getBytes(StandardCharsets.ISO_8859_1))))
        .contains("its name is no UTF-8; input.charset says what it is");
  }

  @Test
  void captionsBesideAPictureMayBeInAnyEncoding() {
    Corpus.write(temporary.resolve("a.txt"), "\ufeffcafé".getBytes(StandardCharsets.UTF_16LE));
    Corpus.write(temporary.resolve("b.txt"), "Öl".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(captions(prepare(temporary, "input.charset=ISO-8859-1")))
        .containsOnly(entry("a.png", "café"), entry("b.png", "Öl"));
  }

  @Test
  void nothingUnprintableIsEverEchoed() {
    Path zeros =
        Corpus.write(
            temporary.resolve("pairs.csv"),
            "file,caption\na.png,one\n".getBytes(StandardCharsets.UTF_16LE));
    Path escapes = text("escapes.csv", "fi\u001b[31mle;\u202ecaption\na,b\n");
    Path rows = text("rows.csv", "file,caption\nx\u0007\u001b]0;.png,one\n");

    assertThat(failure(zeros)).contains("holds zeros").contains("input.charset = UTF-16LE");
    assertThat(failure(escapes)).contains("fi\\u001b[31mle, \\u202ecaption");
    assertThat(failure(rows)).contains("x\\u0007\\u001b]0;.png");
  }

  @Test
  void htmlInCaptionsIsTakenOutBeforeWordsAreCut() {
    Path file =
        text(
            "pairs.csv",
            "file,caption\na.png,Tom &amp;amp; &lt;b&gt;Jerry&lt;/b&gt;\nb.png,<br>\n");

    Dataset cleaned = prepare(file);
    Dataset asItIs = prepare(file, "text.clean=false");

    assertThat(cleaned.card().y().vocabulary()).containsExactly("<unknown>", "jerry", "tom");
    assertThat(captions(cleaned)).containsOnly(entry("a.png", "Tom & Jerry"));
    assertThat(cleaned.rejects()).containsOnly(entry("0000000001", "empty-text"));
    assertThat(asItIs.card().y().vocabulary()).contains("amp", "lt", "b", "br");
  }

  @Test
  void cellsThatSayThatThereIsNothingHoldNothing() {
    Path file =
        text(
            "pairs.csv",
            """
            key,file,caption,label,group
            1,a.png,null,x,g
            2,a.png,NaN,x,g
            3,a.png,None,x,g
            4,a.png, nan ,x,g
            5,nan,words,x,g
            nan,a.png,words,x,g
            7,a.png,None of them,None,nan
            8,b.png,null and void,x,nan
            """);
    String[] columns = {"input.key=key", "input.label=label", "split.groupBy=group"};

    Dataset dataset = prepare(file, columns);

    assertThat(captions(dataset))
        .containsOnly(entry("a.png", "None of them"), entry("b.png", "null and void"));
    assertThat(column(dataset, PairSchema.LABEL)).containsEntry("7", null).containsEntry("8", "x");
    assertThat(column(dataset, PairSchema.GROUP)).containsEntry("7", "7").containsEntry("8", "8");
    assertThat(dataset.rejects().values()).hasSize(6).containsOnly("null-value");
    assertThat(dataset.card().rejects()).containsEntry("null-value", 6L);
    assertThat(prepare(file, "input.nulls=[]").card().y().vocabulary())
        .contains("null", "nan", "none");
  }

  @Test
  void aNameInATarIsCutAtItsFirstDotAndTheErrorSaysSo() {
    Map<String, byte[]> entries = new java.util.LinkedHashMap<>();
    for (String name : List.of("img.v1.003", "img.v1.004")) {
      entries.put(name + ".jpg", Corpus.picture("a.jpg"));
      entries.put(name + ".txt", Corpus.text("words"));
    }
    Path tar = Corpus.write(temporary.resolve("in/a.tar"), Corpus.tar(entries));

    assertThat(failure(tar))
        .contains("no entry img.jpg")
        .contains("img.v1.003.jpg and img.v1.003.txt")
        .contains("the first dot");
  }

  @Test
  void partsOfASampleThatStandApartAreSaidToHaveToStandTogether() {
    Map<String, byte[]> entries = new java.util.LinkedHashMap<>();
    for (String ending : List.of(".jpg", ".txt")) {
      for (int i = 0; i < 3; i++) {
        entries.put(
            i + ending, ending.equals(".jpg") ? Corpus.picture("a.jpg") : Corpus.text("words"));
      }
    }
    Path tar = Corpus.write(temporary.resolve("in/a.tar"), Corpus.tar(entries));

    assertThat(failure(tar))
        .contains("6 of 6 rows")
        .contains("the parts of a sample must stand together in the tar");
  }

  @Test
  void whatADesktopLeavesBesideFilesIsPassedOver() {
    Map<String, byte[]> entries = new java.util.LinkedHashMap<>();
    entries.put("./._003.JPG", new byte[100]);
    entries.put("./003.JPG", Corpus.picture("a.jpg"));
    entries.put("./._003.txt", new byte[100]);
    entries.put("./003.txt", Corpus.text("words"));
    entries.put("__MACOSX/003.jpg", new byte[100]);
    entries.put("./.DS_Store", new byte[100]);
    entries.put("./Thumbs.db", new byte[100]);
    Path tar = Corpus.write(temporary.resolve("in/a.tar"), Corpus.tar(entries));
    for (String name : List.of("x.png", "._x.png", "__MACOSX/x.png", "d/Thumbs.db", ".y/x.png")) {
      Corpus.write(temporary.resolve("folder").resolve(name), Corpus.picture("a.png"));
    }
    Corpus.write(temporary.resolve("folder/x.txt"), Corpus.text("words"));

    Dataset ofTar = prepare(tar);
    Dataset ofFolder = prepare(temporary.resolve("folder"));

    assertThat(Dataset.keys(ofTar.rows())).containsExactly("a/./003");
    assertThat(ofTar.card().counts().read()).isEqualTo(1);
    assertThat(Dataset.keys(ofFolder.rows())).containsExactly("x");
    assertThat(ofFolder.card().counts().read()).isEqualTo(1);
  }

  @Test
  void aPictureOnTheNetworkIsNotFetchedUnlessThatIsAskedFor() {
    Path file =
        text("pairs.csv", "url,caption\nhttps://nowhere.invalid/a?w=3,one\nHTTP://x.y/b,two\n");

    assertThat(failure(file))
        .contains("most for remote-file")
        .contains("img2dataset")
        .contains("input.remote = true");
    Dataset asked =
        prepare(
            text("one.csv", "url,caption\nhttp://127.0.0.1:1/a.png,one\na.png,two\n"),
            "input.remote=true");
    assertThat(asked.card().x().modality()).isEqualTo(Modality.IMAGE);
    assertThat(asked.rejects()).containsOnly(entry("0000000000", "unreadable-file"));
  }

  @Test
  void anAddressIsFetchedAsItStands() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] picture = Pictures.png(Pictures.plain(4, 4, Color.RED));
    server.createContext(
        "/",
        exchange -> {
          boolean right = exchange.getRequestURI().toString().equals("/a%20b.png?w=3");
          exchange.sendResponseHeaders(right ? 200 : 404, right ? picture.length : -1);
          if (right) {
            exchange.getResponseBody().write(picture);
          }
          exchange.close();
        });
    server.start();
    try {
      String at = "http://127.0.0.1:" + server.getAddress().getPort();
      Dataset asked =
          prepare(
              text(
                  "far.csv",
                  "url,caption\n%s/a%%20b.png?w=3,one\n%s/c.png,two\n".formatted(at, at)),
              "input.remote=true");

      assertThat(asked.rows()).hasSize(1);
      assertThat(asked.rejects()).containsOnly(entry("0000000001", "missing-file"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void arraysOfANumpyArchiveAreReadByTheirNames() {
    byte[] left = Corpus.npy(new float[][] {{1, 2}, {3, 4}}, 2);
    byte[] right = Corpus.npy(new float[][] {{1}, {2}}, 2);
    Path file =
        Corpus.write(
            temporary.resolve("in/a.npz"),
            Corpus.zip(Map.of("left.npy", left, "right.npy", right)));

    Dataset dataset = prepare(file, "input.x=left", "input.y=right");

    assertThat(dataset.rows()).hasSize(2);
    assertThat(dataset.card().x().shape()).containsExactly(2);
    assertThat(failure(file, "input.x=left", "input.y=up"))
        .contains("there is no array up in")
        .contains("left")
        .contains("right");
    assertThat(failure(file)).contains("input.x must name an array of");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1,5;2.5\n1;2\n",
        "a;b\n1.5;2.5\n1;2\n",
        "1.5 2.5\n1 2\n",
        ",0,1\n0,1.5,2.5\n1,1,2\n"
      })
  void numbersMayBeSeparatedOtherwiseOrStandBesideAnIndex(String text) {
    text("in/left.csv", text);
    text("in/right.csv", "1, 2\n3, 4\n");

    Dataset dataset = prepare(temporary.resolve("in"), "input.x=left", "input.y=right");

    assertThat(dataset.card().x().shape()).containsExactly(2);
    assertThat(dataset.card().counts().read()).isEqualTo(2);
    assertThat(dataset.rejects().values()).isSubsetOf("bad-number");
  }

  @Test
  void aTaskThatFailsIsToldByItsCause() {
    Path file = text("in/a.parquet", "no Parquet at all, but as long as a footer");

    assertThat(failure(file)).contains("a.parquet is no Parquet file");
    text("in/a.parquet", "PAR1 no Parquet at all, but as long as a footer");
    assertThat(failure(file))
        .contains("is not a Parquet file")
        .doesNotContain("Job aborted", "Task ", "stage", "awaitResult", "Exception");
  }

  private Path text(String name, String content) {
    return Corpus.write(temporary.resolve(name), Corpus.text(content));
  }

  private static Map<String, String> captions(Dataset dataset) {
    Map<String, String> captions = new TreeMap<>();
    dataset
        .rows()
        .forEach(
            row -> captions.put(row.getAs(PairSchema.X_SOURCE), row.getAs(PairSchema.Y_SOURCE)));
    return captions;
  }

  private static Map<String, String> column(Dataset dataset, String name) {
    Map<String, String> values = new TreeMap<>();
    dataset.rows().forEach(row -> values.put(row.getAs(PairSchema.KEY), row.getAs(name)));
    return values;
  }

  private String failure(Path input, String... assignments) {
    String message =
        catchThrowableOfType(FathomException.class, () -> prepare(input, 0.5, assignments))
            .getMessage();
    assertThat(message.lines()).hasSize(1);
    assertThat(message.chars()).noneMatch(Character::isISOControl);
    return message;
  }

  private Dataset prepare(Path input, String... assignments) {
    return prepare(input, 1, assignments);
  }

  private Dataset prepare(Path input, double maxRejects, String... assignments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "split.train=1",
                "split.validation=0",
                "split.test=0",
                "input.maxRejects=" + maxRejects,
                "image.size=8"));
    all.addAll(List.of(assignments));
    return Dataset.of(
        input.toString(),
        temporary.resolveSibling(temporary.getFileName() + "-out").resolve("" + outputs++),
        all.toArray(String[]::new));
  }
}
