// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * A directory that a job writes or has written.
 *
 * <p>A job locks it, claims it, and may stamp it with its provenance. It is complete when it holds
 * {@code _SUCCESS}, which is written last. Until then it holds a mark that tells it from other
 * directories: the remains of an interrupted job may be deleted or continued.
 */
public final class OutputDirectory implements AutoCloseable {
  /** Marks a directory as complete. */
  public static final String SUCCESS = "_SUCCESS";

  /** Marks a directory that a job has started to fill and may continue. */
  private static final String UNFINISHED = "_UNFINISHED";

  private static final String PROVENANCE = "_stage.json";

  private final Storage storage;
  private final Path path;
  private Optional<OutputLock> lock = Optional.empty();
  private boolean claimed;

  /** Creates an object for a directory, which need not exist. */
  public OutputDirectory(Storage storage, Path path) {
    this.storage = storage;
    this.path = path;
  }

  /** The directory's path. */
  public Path path() {
    return path;
  }

  /** Whether the directory is complete. */
  public boolean isComplete() {
    return storage.exists(new Path(path, SUCCESS));
  }

  /** Whether a job has started to fill the directory and has not finished. */
  public boolean isUnfinished() {
    return storage.exists(new Path(path, UNFINISHED));
  }

  /** Whether the directory is complete and has this provenance. */
  public boolean isComplete(StageProvenance provenance) {
    return isComplete() && provenance().filter(provenance::equals).isPresent();
  }

  private Optional<StageProvenance> provenance() {
    Path file = new Path(path, PROVENANCE);
    return storage.exists(file)
        ? Optional.of(storage.readJson(file, StageProvenance.class))
        : Optional.empty();
  }

  /** Fails if the directory is the input or contains it, as claiming would delete the input. */
  public void requireApart(Path input) {
    Path claimed = storage.qualified(path);
    for (Path at = storage.qualified(input); at != null; at = at.getParent()) {
      if (at.equals(claimed)) {
        throw FathomException.usage(
            "--output %s holds the input %s; name another directory", path, input);
      }
    }
  }

  /** Fails if the directory is within the input, as the next reading would find it there. */
  public void requireOutside(Path input) {
    for (Path at = storage.qualified(path).getParent(); at != null; at = at.getParent()) {
      if (at.equals(storage.qualified(input))) {
        throw FathomException.usage(
            "--output %s lies within the input %s; name a directory outside", path, input);
      }
    }
  }

  /**
   * Locks the directory against other jobs until it is closed.
   *
   * @throws FathomException of usage if a running job has the lock
   */
  public void lock() {
    lock = Optional.of(OutputLock.take(storage, path));
  }

  /**
   * Claims the directory. It must be absent, empty or left by an interrupted job, whose files are
   * deleted; with {@code overwrite} anything there is deleted.
   */
  public void claim(boolean overwrite) {
    claim(overwrite, false);
  }

  /**
   * Claims the directory like {@link #claim}, but keeps the files of an interrupted job, which can
   * be continued.
   */
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
      boolean scratch = !empty && holdsScratchAlone(fileSystem);
      if (!empty && !overwrite && !unfinished && !scratch) {
        throw FathomException.usage(
            "%s exists already; name another --output, or allow its loss with --set"
                + " output.overwrite=true",
            path);
      }
      if (!empty && (overwrite || !resume || scratch) && !fileSystem.delete(path, true)) {
        // Files that remain would be taken for a part of the new output.
        throw new IOException("cannot delete all of " + path);
      }
    }
    fileSystem.mkdirs(path);
    fileSystem.create(new Path(path, UNFINISHED), true).close();
    return path;
  }

  /**
   * Whether there are files, all of them left by tasks that outlived their job, and none written
   * lately.
   */
  private boolean holdsScratchAlone(FileSystem fileSystem) throws IOException {
    RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(path, true);
    boolean any = false;
    while (files.hasNext()) {
      LocatedFileStatus file = files.next();
      any = true;
      if (!file.getPath().toString().contains("/_temporary/")
          || System.currentTimeMillis() - file.getModificationTime() < OutputLock.DEAD.toMillis()) {
        return false;
      }
    }
    return any;
  }

  /** Writes the provenance of the directory's content. */
  public void stamp(StageProvenance provenance) {
    storage.writeJson(new Path(path, PROVENANCE), provenance);
  }

  /** Marks the directory as complete. */
  public void complete() {
    storage.write(new Path(path, SUCCESS), new byte[0]);
    storage.delete(new Path(path, UNFINISHED));
  }

  /** Removes the mark of completeness, before a change. */
  public void reopen() {
    storage.delete(new Path(path, SUCCESS));
  }

  /** Deletes the directory if it was claimed here and holds only marks. */
  public void abandon() {
    if (claimed
        && isUnfinished()
        && Arrays.stream(storage.list(path))
            .allMatch(file -> file.getPath().getName().matches("[._].*"))) {
      storage.delete(path);
    }
  }

  /** Unlocks the directory. */
  @Override
  public void close() {
    lock.ifPresent(OutputLock::close);
  }
}
