// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.data.DatasetCard;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.CsvText;
import dev.fathom.files.Json;
import dev.fathom.files.Storage;
import dev.fathom.measure.Metric;
import dev.fathom.output.OutputDirectory;
import dev.fathom.settings.Settings;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.hadoop.fs.Path;

/**
 * The files of a sweep: {@code sweep.json} with what all cells share; {@code cells/} with a file
 * for each cell that is done, written whole or not at all; and, at the end, all cells as {@code
 * cells.jsonl} and {@code cells.csv}.
 */
public record SweepFiles(Storage storage, Path directory) {
  private static final ObjectMapper JSON = Json.mapper();

  /**
   * What all cells of a sweep share.
   *
   * @param source source of the pairs
   * @param dataset fingerprint of the pairs
   * @param settings every key except those of the sweep itself
   */
  private record Identity(String source, String dataset, Map<String, String> settings) {}

  /** Whether the directory holds a sweep. */
  public boolean exist() {
    return storage.exists(identity());
  }

  /** Refuses settings that differ from those of the sweep in the directory. */
  public void requireSame(Map<String, String> settings) {
    refuse(Settings.differences(begun().settings, settings));
  }

  /**
   * Refuses settings or a source that differ from those of the sweep in the directory.
   *
   * @param source source of the pairs
   */
  public void requireSame(String source, Map<String, String> settings) {
    Identity found = begun();
    List<String> differences = new ArrayList<>();
    if (!Secrets.masked(source).equals(found.source)) {
      differences.add("--input was " + found.source + ", is " + Secrets.masked(source));
    }
    differences.addAll(Settings.differences(found.settings, settings));
    refuse(differences);
  }

  private Identity begun() {
    return storage.readJson(identity(), Identity.class);
  }

  /** Starts or continues a sweep, and marks it as incomplete. */
  void begin(DatasetCard card, Map<String, String> settings) {
    if (exist()) {
      requireSame(settings);
      if (!card.fingerprint().equals(begun().dataset)) {
        refuse(List.of("its pairs were others"));
      }
      new OutputDirectory(storage, directory).reopen();
    } else {
      storage.writeJson(identity(), new Identity(card.source(), card.fingerprint(), settings));
    }
  }

  private void refuse(List<String> differences) {
    if (!differences.isEmpty()) {
      throw FathomException.usage(
          "%s holds another sweep (%s); give the same, another --output, or begin anew with "
              + "--set output.overwrite=true",
          directory, String.join("; ", differences));
    }
  }

  /** Reads the result of a cell; empty if the cell is not done. */
  Optional<CellResult> read(Cell cell) {
    Path path = path(cell);
    return storage.exists(path)
        ? Optional.of(storage.readJson(path, CellFile.class).result())
        : Optional.empty();
  }

  void write(CellResult result) {
    storage.writeJson(path(result.cell()), CellFile.of(result));
  }

  /** Writes all cells as one file of JSON lines and one table. */
  void writeTables(List<CellResult> results) {
    List<CellFile> cells = results.stream().map(CellFile::of).toList();
    storage.write(
        new Path(directory, "cells.jsonl"),
        out -> {
          for (CellFile cell : cells) {
            out.write(line(cell));
            out.write('\n');
          }
        });
    storage.write(new Path(directory, "cells.csv"), table(cells).getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] line(CellFile cell) {
    try {
      return JSON.writeValueAsBytes(cell);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String table(List<CellFile> cells) {
    Set<String> settings = new LinkedHashSet<>();
    Set<Metric> figures = new LinkedHashSet<>();
    for (CellFile cell : cells) {
      settings.addAll(cell.cell().settings().keySet());
      figures.addAll(cell.figures().keySet());
    }
    List<String> header = new ArrayList<>(settings);
    header.addAll(List.of("repeat", "seed", "failure", "seconds"));
    figures.forEach(metric -> header.add(metric.path()));
    List<List<Object>> rows = new ArrayList<>();
    for (CellFile cell : cells) {
      List<Object> row = new ArrayList<>();
      settings.forEach(key -> row.add(cell.cell().settings().get(key)));
      row.add(cell.cell().repeat() + 1);
      row.add(cell.cell().seed());
      row.add(cell.failure().orElse(null));
      row.add(cell.seconds());
      figures.forEach(metric -> row.add(figure(cell, metric)));
      rows.add(row);
    }
    return CsvText.of(header, rows);
  }

  private static Double figure(CellFile cell, Metric metric) {
    OptionalDouble value = cell.figures().getOrDefault(metric, OptionalDouble.empty());
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private Path identity() {
    return new Path(directory, "sweep.json");
  }

  private Path path(Cell cell) {
    return new Path(new Path(directory, "cells"), cell.file());
  }
}
