// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A directory that a job writes, or has written.
 *
 * <p>A job locks it, claims it, and may stamp it with its provenance; it is complete when it holds
 * {@code _SUCCESS}, which is written last. Until then it holds a mark that tells it from a
 * directory of others: what a job that was cut off has left may go, or be gone on with.
 */
public final class OutputDirectory implements AutoCloseable {
  /** Marks a directory as complete. */
  public static final String SUCCESS = "_SUCCESS";

  /** Marks a directory that a job has begun to fill and may go on with. */
  private static final String UNFINISHED = "_UNFINISHED";

  private static final String PROVENANCE = "_stage.json";

  private final Storage storage;
  private final Path path;
  private Optional<OutputLock> lock = Optional.empty();
  private boolean claimed;

  /** The directory, which need not be there. */
  public OutputDirectory(Storage storage, Path path) {
    this.storage = storage;
    this.path = path;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Whether it was finished. */
  public boolean isComplete() {
    return storage.exists(new Path(path, SUCCESS));
  }

  /** Whether a job has begun to fill it and has not finished it. */
  public boolean isUnfinished() {
    return storage.exists(new Path(path, UNFINISHED));
  }

  /** Whether it was finished, and made so. */
  public boolean isComplete(StageProvenance provenance) {
    return isComplete() && provenance().filter(provenance::equals).isPresent();
  }

  private Optional<StageProvenance> provenance() {
    Path file = new Path(path, PROVENANCE);
    return storage.exists(file)
        ? Optional.of(storage.readJson(file, StageProvenance.class))
        : Optional.empty();
  }

  /** Refuses one that is, or holds, what is to be read: claiming it would empty it. */
  public void requireApart(Path input) {
    Path claimed = storage.qualified(path);
    for (Path at = storage.qualified(input); at != null; at = at.getParent()) {
      if (at.equals(claimed)) {
        throw FathomException.usage(
            "--output %s holds the input %s; name another directory", path, input);
      }
    }
  }

  /** Refuses one within a directory that is read: the next reading would find it there. */
  public void requireOutside(Path input) {
    for (Path at = storage.qualified(path).getParent(); at != null; at = at.getParent()) {
      if (at.equals(storage.qualified(input))) {
        throw FathomException.usage(
            "--output %s lies within the input %s; name a directory outside", path, input);
      }
    }
  }

  /**
   * Keeps other jobs from it, until it is closed.
   *
   * @throws FathomException of usage if a job that lives has it
   */
  public void lock() {
    lock = Optional.of(OutputLock.take(storage, path));
  }

  /**
   * Makes room: it must be absent or empty, or be one that a job was cut off in, which is emptied;
   * unless {@code overwrite} says that what is there may go.
   */
  public void claim(boolean overwrite) {
    claim(overwrite, false);
  }

  /** The same, but that what a job that was cut off has left stays, to be gone on with. */
  public void claimOrResume(boolean overwrite) {
    claim(overwrite, true);
  }

  private void claim(boolean overwrite, boolean resume) {
    try {
      storage.retried(path, fileSystem -> claim(fileSystem, overwrite, resume));
    } catch (UncheckedIOException e) {
      throw FathomException.usage("%s", e.getMessage()).causedBy(e);
    }
    claimed = true;
  }

  private Path claim(FileSystem fileSystem, boolean overwrite, boolean resume) throws IOException {
    if (fileSystem.exists(path)) {
      boolean empty =
          fileSystem.getFileStatus(path).isDirectory() && fileSystem.listStatus(path).length == 0;
      boolean unfinished = fileSystem.exists(new Path(path, UNFINISHED));
      if (!empty && !overwrite && !unfinished) {
        throw FathomException.usage(
            "%s exists already; name another --output, or allow its loss with --set output.overwrite=true",
            path);
      }
      if (!empty && (overwrite || !resume)) {
        fileSystem.delete(path, true);
      }
    }
    fileSystem.mkdirs(path);
    fileSystem.create(new Path(path, UNFINISHED), true).close();
    return path;
  }

  /** Notes what will be in it. */
  public void stamp(StageProvenance provenance) {
    storage.writeJson(new Path(path, PROVENANCE), provenance);
  }

  /** Marks it as complete. */
  public void complete() {
    storage.write(new Path(path, SUCCESS), new byte[0]);
    storage.delete(new Path(path, UNFINISHED));
  }

  /** Takes the mark of completeness away, as something is to be changed in it. */
  public void reopen() {
    storage.delete(new Path(path, SUCCESS));
  }

  /** Removes one that was claimed here and holds nothing but marks of that. */
  public void abandon() {
    if (claimed
        && isUnfinished()
        && Arrays.stream(storage.list(path))
            .allMatch(file -> file.getPath().getName().matches("[._].*"))) {
      storage.delete(path);
    }
  }

  /** Lets other jobs at it. */
  @Override
  public void close() {
    lock.ifPresent(OutputLock::close);
  }
}
