// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Split;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * Appends a part to a dataset.
 *
 * <p>The part is written to a directory beside the shards, while the dataset stays complete and
 * readable. Then the mark of completeness is removed, the files are moved in under names with the
 * part's number, the card is replaced and the mark is set again. If that is interrupted, the next
 * append removes files of a part that the card does not list.
 */
final class AppendedPart {
  private static final Pattern NUMBERED = Pattern.compile("part-added(\\d{4})-.*");

  private final Storage storage;
  private final DatasetFiles files;
  private final OutputDirectory directory;

  AppendedPart(Storage storage, DatasetFiles files) {
    this.storage = storage;
    this.files = files;
    directory = new OutputDirectory(storage, files.directory());
  }

  /** The directory that the part is written to. */
  DatasetFiles staged() {
    return new DatasetFiles(new Path(files.directory(), "_added"));
  }

  /** Undoes an interrupted append. */
  void mend() {
    if (!storage.exists(files.card())) {
      throw FathomException.data(
          "%s is no dataset to append to; run prepare without --append first", files.directory());
    }
    storage.delete(staged().directory());
    if (directory.isComplete()) {
      return;
    }
    int parts = files.readUnfinishedCard(storage).parts().size();
    for (Path part : directories(files)) {
      for (FileStatus file : storage.list(part)) {
        Matcher name = NUMBERED.matcher(file.getPath().getName());
        if (name.matches() && Integer.parseInt(name.group(1)) >= parts) {
          storage.delete(file.getPath());
        }
      }
    }
    directory.complete();
  }

  private static List<Path> directories(DatasetFiles of) {
    List<Path> directories = new ArrayList<>();
    for (Split split : Split.values()) {
      directories.add(of.shards(split));
    }
    directories.add(of.rejects());
    return directories;
  }

  /** Moves the staged files into the dataset. */
  void join(int number, DatasetCard card) {
    directory.reopen();
    List<Path> to = directories(files);
    List<Path> from = directories(staged());
    for (int i = 0; i < to.size(); i++) {
      for (FileStatus file : storage.list(from.get(i))) {
        String name = file.getPath().getName();
        if (name.startsWith("part-")) {
          storage.move(
              file.getPath(),
              new Path(
                  to.get(i),
                  String.format(
                      Locale.ROOT, "part-added%04d-%s", number, name.substring("part-".length()))));
        }
      }
    }
    storage.writeJson(files.card(), card);
    directory.complete();
    storage.delete(staged().directory());
  }
}
