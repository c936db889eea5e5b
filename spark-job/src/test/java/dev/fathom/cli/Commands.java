// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.data.ParquetRows;
import dev.fathom.error.ExitCode;
import dev.fathom.files.Storage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** Commands in this process, on a local Spark. */
final class Commands {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Commands() {}

  /** How a command ended. */
  record Ended(int code, String out, String err) {}

  static void refused(Ended ended, ExitCode code, String... told) {
    assertThat(ended.err().strip().lines()).as(ended.err()).hasSize(1);
    assertThat(ended.err()).contains(told);
    assertThat(ended.code()).isEqualTo(code.code());
  }

  static void succeed(String[] settings, String... command) {
    List<String> arguments = new ArrayList<>(Arrays.asList(command));
    arguments.addAll(Arrays.asList(settings));
    Ended ended = fathom(arguments.toArray(String[]::new));
    assertThat(ended.code()).as(ended.err()).isZero();
  }

  /** The words of a command, with the paths of files of a folder in it. */
  static String[] words(Path folder, String command, Object... files) {
    Object[] paths =
        Arrays.stream(files).map(file -> folder.resolve(file.toString()).toString()).toArray();
    return command.formatted(paths).split(" ", -1);
  }

  static JsonNode report(Path output) throws Exception {
    return JSON.readTree(output.resolve("report.json").toFile());
  }

  /** The embeddings of a side by their keys, which are numbers. */
  static Map<Integer, float[]> embeddings(Path directory, String side) {
    Map<Integer, float[]> embeddings = new TreeMap<>();
    ParquetRows.of(
            new Storage(new Configuration()), new org.apache.hadoop.fs.Path(directory.toString()))
        .forEach(
            List.of("key", side),
            row -> {
              embeddings.put(Integer.valueOf(row.text(0)), row.numbers(1).clone());
              return true;
            });
    return embeddings;
  }

  /** Runs a command as the shell would, with its streams kept. */
  static Ended fathom(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream keptOut = new ByteArrayOutputStream();
    ByteArrayOutputStream keptErr = new ByteArrayOutputStream();
    System.setOut(new PrintStream(keptOut, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(keptErr, true, StandardCharsets.UTF_8));
    try {
      List<String> all = new ArrayList<>(Arrays.asList(arguments));
      if (!all.contains("--help")
          && !all.contains("--master")
          && all.size() > 1
          && !List.of("describe", "compare", "export", "search").contains(all.get(0))
          && !all.get(all.size() - 1).equals("--data")) {
        all.addAll(List.of("--master", "local[2]"));
      }
      int code = Fathom.execute(all.toArray(String[]::new));
      return new Ended(
          code, keptOut.toString(StandardCharsets.UTF_8), keptErr.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
