// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.cli.Launcher.Ended;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that users start, over what the build has packaged. */
class LauncherIT {
  private static final Path CHECKOUT = Launcher.CHECKOUT;
  private static final String ARCHIVE = "spark-job/target/fathom.jsa";
  private static final String FROM_ARCHIVE = "dev.fathom.cli.Fathom source: shared objects file";

  @TempDir private Path temporary;

  private Launcher launcher;
  private Map<String, String> environment;

  @BeforeEach
  void launch() {
    launcher = new Launcher(temporary);
    environment = launcher.environment();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "run --help",
        "config --input scenes",
        "generate-completion"
      })
  void whatReadsNoFilesLoadsNeitherSparkNorHadoopNorLogging(String command) throws Exception {
    environment.put("SPARK_HOME", "/nowhere");

    List<String> loaded = loaded(CHECKOUT, command.split(" "));

    assertThat(loaded)
        .noneMatch(line -> line.startsWith("org.apache.spark."))
        .noneMatch(line -> line.startsWith("org.apache.hadoop.conf."))
        .noneMatch(line -> line.startsWith("org.apache.logging."))
        .noneMatch(line -> line.matches("org\\.(nd4j|deeplearning4j|bytedeco)\\..+"));
  }

  @Test
  void describingStartsNoSpark() throws Exception {
    Path output = Files.createDirectory(temporary.resolve("out"));
    Files.writeString(output.resolve("report.json"), "{\"command\": \"run\", \"seed\": 7}");

    List<String> loaded = loaded(CHECKOUT, "describe", output.toString());

    assertThat(loaded)
        .noneMatch(line -> line.startsWith("org.apache.spark.SparkContext "))
        .noneMatch(line -> line.startsWith("org.apache.spark.sql.SparkSession "))
        .noneMatch(line -> line.matches("org\\.(nd4j|deeplearning4j|bytedeco)\\..+"));
  }

  @Test
  void classesComeFromTheArchiveOfTheBuildAndNothingIsWritten() throws Exception {
    String before = state(CHECKOUT.resolve("spark-job/target"));

    List<String> loaded = loaded(CHECKOUT, "--help");

    assertThat(loaded).anyMatch(line -> line.startsWith(FROM_ARCHIVE));
    assertThat(state(CHECKOUT.resolve("spark-job/target"))).isEqualTo(before);
  }

  @Test
  void aRunOnThisMachineGoesWithoutSparkSubmit() throws Exception {
    List<String> loaded =
        loaded(
            CHECKOUT,
            "prepare",
            "--input",
            "gaussian-linear",
            "--set",
            "input.pairs=40",
            "--output",
            temporary.resolve("data").toString());

    assertThat(loaded)
        .anyMatch(line -> line.startsWith(FROM_ARCHIVE))
        .noneMatch(line -> line.startsWith("org.apache.spark.deploy.SparkSubmit "));
    assertThat(temporary.resolve("data/_SUCCESS")).exists();
  }

  @Test
  void withoutAnArchiveAllIsAsBefore() throws Exception {
    assertHelps(copy());
  }

  @Test
  void anArchiveOfAnotherJarIsPassedOverInSilence() throws Exception {
    Path copy = copy();
    Path jar = copy.resolve("spark-job/target/fathom.jar");
    Files.delete(jar);
    Files.copy(CHECKOUT.resolve("spark-job/target/fathom.jar"), jar);
    environment.put("FATHOM_JAVA_OPTS", "-XX:ArchiveClassesAtExit=" + copy.resolve(ARCHIVE));
    assertThat(fathom(copy, "--help").code()).isZero();
    environment.clear();
    sized(copy, Files.size(copy.resolve(ARCHIVE)));
    assertThat(loaded(copy, "--help")).anyMatch(line -> line.startsWith(FROM_ARCHIVE));

    Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000_000_000L));

    environment.clear();
    assertHelps(copy);
    assertThat(loaded(copy, "--help")).noneMatch(line -> line.startsWith(FROM_ARCHIVE));
  }

  @Test
  void theMasterOfTheEnvironmentIsTaken() throws Exception {
    environment.put("MASTER", "local[none]");

    Ended ended =
        fathom(
            CHECKOUT,
            "prepare",
            "--input",
            "gaussian-linear",
            "--output",
            temporary.resolve("data").toString());

    assertThat(ended.code()).isNotZero();
    assertThat(ended.err()).contains("local[none]");
  }

  @Test
  void captionsWithHtmlArePreparedByWhatIsPackaged() throws Exception {
    Path pairs = temporary.resolve("pairs.csv");
    List<String> lines = new ArrayList<>(List.of("key,left,right"));
    for (int i = 0; i < 40; i++) {
      lines.add("k%d,Tom &amp; <b>Jerry</b> %d,one &lt;i&gt;two&lt;/i&gt; %d".formatted(i, i, i));
    }
    Files.write(pairs, lines);

    Ended ended =
        fathom(
            CHECKOUT,
            "prepare",
            "--input",
            pairs.toString(),
            "--set",
            "input.x=left",
            "--set",
            "input.y=right",
            "--output",
            temporary.resolve("data").toString());

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(Files.readString(temporary.resolve("data/dataset.json")))
        .contains("\"jerry\"")
        .doesNotContain("\"amp\"");
  }

  /**
   * As under cron or in a container: no locale, no terminal, a home that is full where one may be
   * mounted. The names are left to a script, as this JVM may have no locale, either.
   */
  @Test
  void namesAreFoundAsTheyAreWhateverStandsInThemWithoutLocaleTerminalOrHome() throws Exception {
    for (int i = 0; i < 42; i++) {
      BufferedImage picture = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
      picture.setRGB(1, 1, 0x40404 * i);
      ImageIO.write(picture, "png", temporary.resolve(i + ".png").toFile());
    }
    Path script =
        Files.writeString(
            temporary.resolve("job.sh"),
            """
            set -e
            cd "$1"
            fathom=$2
            mkdir home
            ! mount -t tmpfs -o size=4k tmpfs home || head -c 4096 /dev/zero >home/full
            in='my #1 pictures, 50%%20off/ü'
            mkdir -p "$in"
            echo file,caption >"$in/pairs.csv"
            i=0
            for name in {1..6}{'a b','c#d','e%%20f','g%%h','%s','%s','雪'}; do
              mv $((i++)).png "$in/$name.png"
              echo "$name.png,caption $i" >>"$in/pairs.csv"
            done
            FATHOM_JAVA_OPTS="-Duser.home=$1/home" HOME=$1/home exec env -u LANG -u LC_ALL -u LC_CTYPE \
              setsid -w "$fathom" run --input "$in/pairs.csv" --output 'out #2, 10%%25/ö' --set image.size=8 \
              --set model.dimension=2 --set training.epochs=1 --set training.batchSize=8 </dev/null
            """
                .formatted("\u00e9", "e\u0301"));
    List<String> mounting = List.of("unshare", "--mount", "--map-root-user", "--");
    if (new ProcessBuilder("unshare", "--mount", "--map-root-user", "true").start().waitFor()
        == 0) {
      launcher.within(mounting.toArray(String[]::new));
    }

    Ended ended =
        launcher.runScript(script, temporary.toString(), CHECKOUT.resolve("fathom").toString());

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("Report: out #2, 10%25/ö/report.html");
    assertThat(ended.err()).contains("read 42 rows", "rejected 0").doesNotContain("Exception");
  }

  @Test
  void aReaderThatHasSeenEnoughEndsACommandInSilence() throws Exception {
    launcher.within("bash", "-o", "pipefail", "-c", "\"$@\" | head -n 1", "bash");

    Ended ended = fathom(CHECKOUT, "config");

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines()).hasSize(1);
    assertThat(ended.code()).isZero();
  }

  @Test
  void anArchiveThatIsCutOffIsPassedOverInSilence() throws Exception {
    Path copy = copy();
    try (var archive = Files.newInputStream(CHECKOUT.resolve(ARCHIVE))) {
      Files.write(copy.resolve(ARCHIVE), archive.readNBytes(1 << 20));
    }
    sized(copy, Files.size(CHECKOUT.resolve(ARCHIVE)));

    assertHelps(copy);
  }

  @Test
  void aFileThatIsNoArchiveIsPassedOverInSilence() throws Exception {
    Path copy = copy();
    Files.writeString(copy.resolve(ARCHIVE), "not an archive\n".repeat(1000));
    sized(copy, Files.size(copy.resolve(ARCHIVE)));

    assertHelps(copy);
  }

  @Test
  void aRecordingGoesWithoutTheArchive() throws Exception {
    environment.put(
        "FATHOM_JAVA_OPTS", "-XX:StartFlightRecording=filename=" + temporary.resolve("all.jfr"));

    Ended ended = fathom(CHECKOUT, "config");

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(temporary.resolve("all.jfr")).exists();
  }

  @Test
  void aJdkThatDoesNotWriteDownItsVersionIsAsked() throws Exception {
    environment.put("JAVA_HOME", jdk("exec '" + java() + "' \"$@\"\n").toString());

    assertHelps(CHECKOUT);
  }

  @Test
  void anotherJavaIsRefused() throws Exception {
    Path jdk = jdk("exit 1\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    environment.put("JAVA_HOME", jdk.toString());

    Ended other = fathom(CHECKOUT, "--help");
    environment.put("JAVA_HOME", "/nowhere");
    Ended none = fathom(CHECKOUT, "--help");

    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("needs a JDK 17, found 11;");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("needs a JDK 17, found none;");
  }

  private void assertHelps(Path checkout) throws Exception {
    Ended ended = fathom(checkout, "--help");

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).startsWith("Usage: fathom ");
    assertThat(ended.code()).isZero();
  }

  /** A checkout that has all that this one has, but no archive. */
  private Path copy() throws IOException {
    Path copy = Files.createDirectories(temporary.resolve("copy"));
    Files.createDirectories(copy.resolve("spark-job/target"));
    for (String file :
        List.of(
            "conf",
            "data-prep",
            "pom.xml",
            "spark-job/pom.xml",
            "spark-job/src",
            "spark-job/target/fathom.built",
            "spark-job/target/fathom.jar",
            "spark-job/target/spark")) {
      Files.createSymbolicLink(copy.resolve(file), CHECKOUT.resolve(file));
    }
    Files.copy(CHECKOUT.resolve("fathom"), copy.resolve("fathom"));
    return copy;
  }

  private static void sized(Path checkout, long size) throws IOException {
    Files.writeString(checkout.resolve(ARCHIVE + ".size"), Long.toString(size));
  }

  /** What a folder holds, and since when. */
  private static String state(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> lines = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        lines.add(file + " " + Files.getLastModifiedTime(file));
      }
      return String.join("\n", lines);
    }
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** A JDK whose Java is a script. */
  private Path jdk(String script) throws IOException {
    Path bin = Files.createDirectories(temporary.resolve("jdk/bin"));
    Path java = Files.writeString(bin.resolve("java"), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin.getParent();
  }

  /** The classes that a command loads, each with its source. */
  private List<String> loaded(Path checkout, String... command) throws Exception {
    Path log = temporary.resolve("classes");
    environment.put("FATHOM_JAVA_OPTS", "-Xlog:class+load:file=" + log + "::filecount=0");
    Ended ended = fathom(checkout, command);
    assertThat(ended.code()).as(ended.err()).isZero();
    return Files.readAllLines(log).stream()
        .map(line -> line.substring(line.lastIndexOf("] ") + 2))
        .collect(Collectors.toList());
  }

  private Ended fathom(Path checkout, String... command) throws Exception {
    return launcher.run(checkout, command);
  }
}
