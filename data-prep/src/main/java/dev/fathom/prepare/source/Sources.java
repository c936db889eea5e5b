// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.NpzFile;
import dev.fathom.error.Causes;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Opens the source that a specification names. */
public final class Sources {
  private static final Pattern COMPRESSION = Pattern.compile("\\.(gz|bz2|zst)$");

  private static final int TASKS_OF_A_CORE = 4;

  private final SparkSession spark;
  private final Storage storage;
  private final InputSettings input;

  /** Creates an opener of sources with these settings. */
  public Sources(SparkSession spark, Storage storage, InputSettings input) {
    this.spark = spark;
    this.storage = storage;
    this.input = input;
  }

  /**
   * Opens a source.
   *
   * @param specification a path, or a pattern of paths
   */
  public Source open(String specification) {
    try {
      Path path = new Path(specification);
      FileSystem fileSystem = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
      if (fileSystem.exists(path)) {
        FileStatus status = fileSystem.getFileStatus(path);
        return status.isDirectory()
            ? directory(fileSystem, status.getPath())
            : file(InputFiles.of(status));
      }
      FileStatus[] matches = fileSystem.globStatus(path);
      if (matches == null || matches.length == 0) {
        throw FathomException.data(
            "%s does not exist; give a path, or scenes, gaussian-linear or gaussian-nonlinear",
            specification);
      }
      return several(InputFiles.matching(fileSystem, fileSystem.makeQualified(path)));
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw FathomException.data("%s cannot be read: %s", specification, Causes.told(e))
          .causedBy(e);
    }
  }

  /** The number of tasks for rows that take no work to read. */
  static int tasks(JavaSparkContext spark, int rows) {
    return Math.max(1, Math.min(rows, TASKS_OF_A_CORE * spark.defaultParallelism()));
  }

  private Source file(InputFiles files) {
    Path file = files.root();
    return switch (input.format()) {
      case FOLDER -> throw wrongKind(file, "file");
      case MATRICES -> {
        if (NpzFile.isNamed(file)) {
          yield MatrixSource.open(spark, storage, file, input);
        }
        throw wrongKind(file, "file");
      }
      case WEBDATASET -> TarSource.open(context(), files, input);
      case PARQUET -> ParquetSource.open(spark, files, input);
      case COCO -> coco(file);
      case CSV, TSV, JSONL, MANIFEST -> manifest(file);
      case AUTO -> {
        if (InputFiles.Kind.TAR.test(file)) {
          yield TarSource.open(context(), files, input);
        }
        if (InputFiles.Kind.PARQUET.test(file)) {
          yield ParquetSource.open(spark, files, input);
        }
        if (NpzFile.isNamed(file)) {
          yield MatrixSource.open(spark, storage, file, input);
        }
        boolean json = COMPRESSION.matcher(file.getName()).replaceFirst("").endsWith(".json");
        yield json && CocoPairs.isCoco(storage, file) ? coco(file) : manifest(file);
      }
    };
  }

  private Source coco(Path file) {
    return CocoPairs.open(context(), storage, file, input, Fingerprint.of(storage, List.of(file)));
  }

  private Source manifest(Path file) {
    return ManifestSource.open(
        spark, file, form(file), input, Fingerprint.of(storage, List.of(file)));
  }

  private Source directory(FileSystem fileSystem, Path directory) throws IOException {
    boolean auto = input.format() == InputSettings.Format.AUTO;
    return input.format() == InputSettings.Format.MATRICES
            || (auto && MatrixSource.isNamed(storage, directory, input))
        ? MatrixSource.open(spark, storage, directory, input)
        : several(InputFiles.below(fileSystem, directory));
  }

  private Source several(InputFiles files) {
    return switch (input.format()) {
      case WEBDATASET -> TarSource.open(context(), files, input);
      case PARQUET -> ParquetSource.open(spark, files, input);
      case FOLDER -> FolderPairs.open(context(), files, input);
      case COCO, CSV, TSV, JSONL, MANIFEST, MATRICES -> throw wrongKind(files.root(), "directory");
      case AUTO -> {
        if (files.any(InputFiles.Kind.TAR)) {
          yield TarSource.open(context(), files, input);
        }
        if (files.any(InputFiles.Kind.PARQUET)) {
          yield ParquetSource.open(spark, files, input);
        }
        if (files.any(InputFiles.Kind.PICTURE)) {
          yield FolderPairs.open(context(), files, input);
        }
        // The files are not named as they should be; the error says how.
        yield MatrixSource.open(spark, storage, files.root(), input);
      }
    };
  }

  private FathomException wrongKind(Path path, String kind) {
    return FathomException.usage(
        "%s is a %s, which input.format = %s is not read from",
        path, kind, Settings.written(input.format()));
  }

  private JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  private Table.Form form(Path file) {
    return switch (input.format()) {
      case CSV -> Table.Form.CSV;
      case TSV -> Table.Form.TSV;
      case JSONL -> Table.Form.JSONL;
      default -> formByEnding(file);
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
              "%s has no form that is known: a manifest ends in .csv, .tsv, .jsonl, .json or .ndjson (else set input.format), an archive in .tar or .tar.gz, a table in .parquet, arrays in .npz; else give a directory of such, of pictures, or of matrices",
              file);
    };
  }
}
