// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/** The paths within a dataset directory. */
public record DatasetFiles(Path directory) {

  /** The path of the card. */
  public Path card() {
    return new Path(directory, "dataset.json");
  }

  /** The directory of the rejected rows and their reasons. */
  public Path rejects() {
    return new Path(directory, "rejects");
  }

  /** The directory of the shards of one split. */
  public Path shards(Split split) {
    return new Path(directory, PairSchema.SPLIT + "=" + split.directory());
  }

  /** Reads the card of a complete dataset. */
  public DatasetCard readCard(Storage storage) {
    if (!storage.exists(directory)) {
      throw FathomException.data(
          "%s does not exist; give the directory that prepare wrote", directory);
    }
    if (!new OutputDirectory(storage, directory).isComplete() || !storage.exists(card())) {
      throw FathomException.data(
          "%s is not a complete dataset (no %s or no dataset.json); run prepare again, with --append if that was cut off",
          directory, OutputDirectory.SUCCESS);
    }
    return readUnfinishedCard(storage);
  }

  /** Reads the card, whether the dataset is complete or not. */
  public DatasetCard readUnfinishedCard(Storage storage) {
    DatasetCard card = storage.readJson(card(), DatasetCard.class);
    if (card.schemaVersion() != DatasetCard.SCHEMA_VERSION) {
      throw FathomException.data(
          "%s has schema version %d, this build reads %d; run prepare again",
          card(), card.schemaVersion(), DatasetCard.SCHEMA_VERSION);
    }
    return card;
  }

  /** Counts the shard files and their bytes. */
  public Size size(Storage storage) {
    int count = 0;
    long bytes = 0;
    for (Split split : Split.values()) {
      for (FileStatus file : storage.list(shards(split))) {
        if (file.getPath().getName().endsWith(".parquet")) {
          count++;
          bytes += file.getLen();
        }
      }
    }
    return new Size(count, bytes);
  }

  /** The number of files and their bytes. */
  public record Size(int files, long bytes) {}
}
