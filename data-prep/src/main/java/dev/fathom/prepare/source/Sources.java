// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.common.FathomException;
import dev.fathom.common.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Opens the source that a specification means. */
public final class Sources {
  private static final Pattern COMPRESSION = Pattern.compile("\\.(gz|bz2|zst)$");

  private final SparkSession spark;
  private final Storage storage;
  private final InputSettings input;

  /** Opens sources by these settings. */
  public Sources(SparkSession spark, Storage storage, InputSettings input) {
    this.spark = spark;
    this.storage = storage;
    this.input = input;
  }

  /**
   * Opens a source.
   *
   * @param specification the name of a built-in source, or a path
   * @param seed of what a built-in source makes up
   * @param imageSize pixels of the side of the pictures that a built-in source makes up
   */
  public Source open(String specification, long seed, int imageSize) {
    return switch (specification) {
      case "gaussian-linear" -> builtIn(new GaussianPairs(GaussianPairs.Link.LINEAR, seed));
      case "gaussian-nonlinear" -> builtIn(new GaussianPairs(GaussianPairs.Link.NONLINEAR, seed));
      case "scenes" -> builtIn(new ScenePairs(input.sceneFactors(), imageSize, seed));
      default -> files(specification);
    };
  }

  private Source builtIn(BuiltInSource.Maker maker) {
    if (input.groupBy().isPresent()) {
      throw FathomException.usage(
          "split.groupBy = %s, but a built-in source has no columns; set it to null",
          input.groupBy().get());
    }
    return new BuiltInSource(
        JavaSparkContext.fromSparkContext(spark.sparkContext()), maker, input.pairs());
  }

  private Source files(String specification) {
    try {
      Path path = new Path(specification);
      FileSystem fileSystem = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
      if (!fileSystem.exists(path)) {
        throw FathomException.data(
            "%s does not exist; give a path, or scenes, gaussian-linear or gaussian-nonlinear",
            specification);
      }
      return files(fileSystem.makeQualified(path), fileSystem.getFileStatus(path).isDirectory());
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw FathomException.data("%s cannot be read: %s", specification, e.getMessage())
          .causedBy(e);
    }
  }

  private Source files(Path path, boolean directory) {
    if (directory != (input.format() == InputSettings.Format.MATRICES)
        && input.format() != InputSettings.Format.AUTO) {
      throw FathomException.usage(
          "%s is a %s, which input.format = %s is not read from",
          path, directory ? "directory" : "file", input.format().name().toLowerCase(Locale.ROOT));
    }
    return directory
        ? MatrixSource.open(spark, storage, path, input)
        : ManifestSource.open(
            spark, path, form(path), input, Fingerprint.of(storage, List.of(path)));
  }

  private Table.Form form(Path file) {
    return switch (input.format()) {
      case CSV -> Table.Form.CSV;
      case TSV -> Table.Form.TSV;
      case JSONL -> Table.Form.JSONL;
      case AUTO, MANIFEST, MATRICES -> formByEnding(file);
    };
  }

  private static Table.Form formByEnding(Path file) {
    String name = COMPRESSION.matcher(file.getName().toLowerCase(Locale.ROOT)).replaceFirst("");
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "csv" -> Table.Form.CSV;
      case "tsv" -> Table.Form.TSV;
      case "jsonl", "json", "ndjson" -> Table.Form.JSONL;
      default ->
          throw FathomException.usage(
              "%s has no form that is known: a manifest ends in .csv, .tsv, .jsonl, .json or .ndjson (else set input.format to csv, tsv or jsonl), matrices are a directory of CSV files",
              file);
    };
  }
}
