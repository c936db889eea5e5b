// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.data.DatasetCard;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.CsvText;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import dev.fathom.settings.Settings;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;

/**
 * The files of a sweep: {@code sweep.json}, what all cells share; {@code cells/}, a file for each
 * cell that is done, written whole or not at all; and, at the end, all cells as {@code cells.jsonl}
 * and {@code cells.csv}.
 */
public record SweepFiles(Storage storage, Path directory) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What all cells share.
   *
   * @param source where the pairs came from
   * @param dataset fingerprint of the pairs
   * @param settings every key but those of the sweep itself
   */
  private record Identity(String source, String dataset, Map<String, String> settings) {}

  /** Whether a sweep was begun here. */
  public boolean exist() {
    return storage.exists(identity());
  }

  /**
   * Refuses a sweep that is not the one that was begun here.
   *
   * @param source where the pairs come from, or nothing where they are a dataset
   */
  public void requireSame(Optional<String> source, Map<String, String> settings) {
    Identity found = storage.readJson(identity(), Identity.class);
    List<String> differences = new ArrayList<>();
    source
        .map(Secrets::masked)
        .filter(input -> !input.equals(found.source))
        .ifPresent(input -> differences.add("--input was " + found.source + ", is " + input));
    differences.addAll(Settings.differences(found.settings, settings));
    refuse(differences);
  }

  /** Begins a sweep, or goes on with one, which is no longer complete then. */
  void begin(DatasetCard card, Map<String, String> settings) {
    if (exist()) {
      requireSame(Optional.empty(), settings);
      if (!card.fingerprint().equals(storage.readJson(identity(), Identity.class).dataset)) {
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

  /** A cell that is done. */
  Optional<CellResult> read(Cell cell) {
    Path path = path(cell);
    return storage.exists(path)
        ? Optional.of(storage.readJson(path, CellResult.class))
        : Optional.empty();
  }

  void write(CellResult result) {
    storage.writeJson(path(result.cell()), result);
  }

  /** All cells in one file of JSON lines and one table. */
  void writeTables(List<CellResult> cells) {
    storage.write(
        new Path(directory, "cells.jsonl"),
        out -> {
          for (CellResult cell : cells) {
            out.write(line(cell));
            out.write('\n');
          }
        });
    storage.write(new Path(directory, "cells.csv"), table(cells).getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] line(CellResult cell) {
    try {
      return JSON.writeValueAsBytes(cell);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String table(List<CellResult> cells) {
    Set<String> settings = new LinkedHashSet<>();
    Set<String> figures = new LinkedHashSet<>();
    for (CellResult cell : cells) {
      settings.addAll(cell.cell().settings().keySet());
      figures.addAll(cell.figures().keySet());
    }
    List<String> header = new ArrayList<>(settings);
    header.addAll(List.of("repeat", "seed", "failure", "seconds"));
    header.addAll(figures);
    List<List<Object>> rows = new ArrayList<>();
    for (CellResult cell : cells) {
      List<Object> row = new ArrayList<>();
      settings.forEach(key -> row.add(cell.cell().settings().get(key)));
      row.add(cell.cell().repeat() + 1);
      row.add(cell.cell().seed());
      row.add(cell.failure());
      row.add(cell.seconds());
      figures.forEach(name -> row.add(cell.figures().get(name)));
      rows.add(row);
    }
    return CsvText.of(header, rows);
  }

  private Path identity() {
    return new Path(directory, "sweep.json");
  }

  private Path path(Cell cell) {
    return new Path(new Path(directory, "cells"), cell.file());
  }
}
