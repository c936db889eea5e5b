// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.error.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person may get wrong, what is said then, and the code that a script sees. */
class ErrorsTest {
  @TempDir private static Path here;

  @BeforeAll
  static void files() throws IOException {
    Files.writeString(here.resolve("pairs.csv"), "file,caption\na.png,a\nb.png,b\n");
    Files.writeString(here.resolve("semicolons.csv"), "file;caption\na.png;a\n");
    Files.write(
        here.resolve("zeros.csv"), "file,caption\na.png,a\n".getBytes(StandardCharsets.UTF_16LE));
    Files.writeString(
        here.resolve("addresses.csv"), "url,caption\nhttps://h.invalid/a,a\nhttp://h/b,b\n");
    Files.writeString(here.resolve("no.parquet"), "no Parquet at all, but as long");
    Files.writeString(here.resolve("odd.csv"), "left,right\na,b\n");
    Files.writeString(here.resolve("header.csv"), "file,caption\n");
    Files.writeString(here.resolve("words.csv"), "text,caption\none,two\n");
    Files.writeString(here.resolve("pairs.xml"), "<pairs/>");
    Files.writeString(here.resolve("broken.conf"), "training { epochs = ");
    Files.writeString(here.resolve("broken.npy"), "no array");
    Files.writeString(here.resolve("one.csv"), "1,2\n");
    Files.createDirectories(here.resolve("empty"));
    Files.createDirectories(here.resolve("matrices"));
    Files.writeString(here.resolve("matrices/left.csv"), "1\n2\n3\n");
    Files.writeString(here.resolve("matrices/right.csv"), "1\n2\n");
    Files.createDirectories(here.resolve("full"));
    Files.writeString(here.resolve("full/precious.txt"), "precious");
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        usage(
            "frobnicate", "fathom: Unmatched argument at index 0: 'frobnicate'; see fathom --help"),
        usage(
            "prepare --output out",
            "fathom: Missing required option: '--input=SPEC'; see fathom prepare --help"),
        usage(
            "prepare --input HERE/pairs.csv --output out --set image.sise=3",
            "fathom: --set: there is no key image.sise; did you mean image.size?"),
        usage(
            "prepare --input HERE/pairs.csv --output out --set image.size=large",
            "fathom: image.size = \"large\" is not what this key takes (image.size has type STRING rather than NUMBER)"),
        usage(
            "prepare --input HERE/pairs.csv --output out --set image.size=0",
            "fathom: image.size = 0 is outside 4 to 1024"),
        usage(
            "prepare --input HERE/pairs.csv --output out --set image.size",
            "fathom: --set image.size is not KEY=VALUE"),
        usage(
            "prepare --input HERE/pairs.csv --output out --set image.resize=stretch",
            "fathom: image.resize = stretch is not one of border, keep_ratio, keep_ratio_largest, center_crop, no"),
        usage(
            "prepare --input HERE/pairs.csv --output out --set split.train=0.9",
            "fathom: split.train = 0.9, split.validation = 0.125 and split.test = 0.125 do not add up to 1"),
        usage(
            "prepare --input HERE/pairs.csv --output out --set text.unknownBuckets=8192",
            "fathom: text.unknownBuckets = 8192 leaves no number of text.vocabularySize = 8192 to a word"),
        usage(
            "prepare --input HERE/pairs.csv --output out --config HERE/none.conf",
            "fathom: --config HERE/none.conf is neither a file nor one of the presets paper-linear, paper-nonlinear, paper-features"),
        usage(
            "prepare --input HERE/pairs.csv --output out --config HERE/broken.conf",
            "fathom: --config HERE/broken.conf cannot be parsed:"),
        usage(
            "run --input scenes --output out --set training.epochs=0",
            "fathom: training.epochs = 0 is outside 1 to"),
        usage(
            "run --input scenes --output out --set training.objective=sigmoid --set temperature.mode=global-exact",
            "fathom: temperature.mode = global-exact wants training.objective = info-nce"),
        usage(
            "run --input scenes --output out --set temperature.mode=local",
            "fathom: temperature.mode = local belongs to training.mode = parameter-averaging"),
        usage(
            "run --input scenes --output out --set training.objective=siglip",
            "fathom: training.objective = siglip is not one of info-nce, sigmoid"),
        usage(
            "run --output HERE/out",
            "fathom: Error: Missing required argument (specify one of these):"),
        data(
            "prepare --input HERE/none.csv --output HERE/out",
            "none.csv does not exist; give a path, or scenes, gaussian-linear or gaussian-nonlinear"),
        data(
            "prepare --input nowhere://host/a.csv --output HERE/out",
            "nowhere://host/a.csv cannot be read: No FileSystem for scheme \"nowhere\""),
        usage(
            "prepare --input HERE/pairs.xml --output HERE/out",
            "pairs.xml has no form that is known: a manifest ends in"),
        usage(
            "prepare --input HERE/odd.csv --output HERE/out",
            "input.x must name a column of file:HERE/odd.csv; its columns are left, right"),
        usage(
            "prepare --input HERE/semicolons.csv --output HERE/out --set input.separator=,",
            "input.x must name a column of file:HERE/semicolons.csv; its columns are file;caption; what stands between cells is said by input.separator"),
        usage(
            "prepare --input HERE/pairs.csv --output HERE/out --set input.charset=ANSI",
            "input.charset = ANSI is no encoding that Java knows; such are UTF-8, windows-1252"),
        data(
            "prepare --input HERE/zeros.csv --output HERE/out",
            "zeros.csv holds zeros where text should be; text in UTF-16 without a mark is read by input.charset = UTF-16LE"),
        data(
            "prepare --input HERE/addresses.csv --output HERE/out",
            "2 of 2 rows of HERE/addresses.csv were rejected, most for remote-file (row 000000000"),
        data("prepare --input HERE/no.parquet --output HERE/out", "no.parquet is no Parquet file"),
        usage(
            "prepare --input HERE/pairs.csv --output HERE/out --set input.label=kind",
            "there is no column kind in file:HERE/pairs.csv; its columns are file, caption"),
        data("prepare --input HERE/header.csv --output HERE/out", "header.csv has no rows"),
        data(
            "prepare --input HERE/pairs.csv --output HERE/out",
            "2 of 2 rows of HERE/pairs.csv were rejected, most for missing-file (row 000000000"),
        usage(
            "prepare --input HERE/words.csv --output HERE/full --set input.x=text",
            "full exists already; name another --output, or allow its loss with --set output.overwrite=true"),
        usage(
            "prepare --input HERE/words.csv --output HERE --set input.x=text",
            "holds the input HERE/words.csv; name another directory"),
        data(
            "prepare --input HERE/words.csv --output HERE/out --set input.x=text --append",
            "out is no dataset to append to; run prepare without --append first"),
        usage(
            "prepare --input HERE/empty --output HERE/out",
            "input.x must name a file of file:HERE/empty; its files are none"),
        data(
            "prepare --input HERE/empty --output HERE/out --set input.format=folder",
            "empty holds no pictures"),
        usage(
            "prepare --input HERE/pairs.csv --output HERE/out --set input.format=folder",
            "pairs.csv is a file, which input.format = folder is not read from"),
        data(
            "prepare --input HERE/matrices --output HERE/out --set input.x=left --set input.y=right",
            "left.csv has 3 rows, file:HERE/matrices/right.csv has 2; rows belong together by their number"),
        usage(
            "prepare --input scenes --output HERE/out --set split.groupBy=family",
            "split.groupBy = family, but a built-in source has no columns; set it to null"),
        data(
            "train --data HERE/none --output HERE/out",
            "none does not exist; give the directory that prepare wrote"),
        data(
            "train --data HERE/full --output HERE/out",
            "full is not a complete dataset (no _SUCCESS or no dataset.json); run prepare again"),
        data(
            "measure --embeddings HERE/none --output HERE/out",
            "HERE/none does not exist; give embeddings: what embed wrote"),
        data(
            "measure --embeddings HERE/broken.npy --output HERE/out",
            "broken.npy cannot be read: it"),
        data(
            "measure --embeddings HERE/one.csv --output HERE/out",
            "holds 1 embeddings; measuring takes 2 or more"),
        data("describe HERE/none", "fathom: HERE/none does not exist"),
        data(
            "describe HERE/full",
            "fathom: HERE/full holds nothing that Fathom wrote: no dataset.json, model.json, _embeddings.json or report.json"));
  }

  private static Arguments usage(String command, String message) {
    return Arguments.of(command, ExitCode.USAGE, message);
  }

  private static Arguments data(String command, String message) {
    return Arguments.of(command, ExitCode.DATA, message);
  }

  @ParameterizedTest
  @MethodSource("errors")
  void anErrorIsOneLineThatSaysWhatIsWrongAndWhere(String command, ExitCode code, String message) {
    List<String> arguments = new ArrayList<>();
    for (String argument : command.split(" ", -1)) {
      arguments.add(argument.replace("HERE", here.toString()));
    }

    Commands.Ended ended = Commands.fathom(arguments.toArray(String[]::new));

    Commands.refused(ended, code, message.replace("HERE", here.toString()));
    assertThat(ended.err())
        .startsWith("fathom: ")
        .doesNotContain("Exception")
        .doesNotContain("\tat ");
    assertThat(here.resolve("out")).doesNotExist();
    assertThat(here.resolve("full/precious.txt")).exists();
  }

  @Test
  void anErrorOfATaskTellsWhatCausedIt() {
    String trace =
        """
        Job aborted: java.lang.reflect.InvocationTargetException
        \tat a.B.c(B.java:1)
        Caused by: java.io.UncheckedIOException: wrapped
        \tat a.B.c(B.java:2)
        Caused by: java.io.IOException: No space left on device
        \tat a.B.c(B.java:3)
        """;

    assertThat(Fathom.told(new IllegalStateException(trace)))
        .isEqualTo(
            "java.lang.IllegalStateException: Job aborted: java.lang.reflect.InvocationTargetException"
                + "; caused by java.io.IOException: No space left on device");
  }
}
