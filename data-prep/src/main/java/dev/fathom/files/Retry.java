// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.files;

import dev.fathom.error.Secrets;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.ClusterStorageCapacityExceededException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes again what a distributed file system refuses for a while, as one in safe mode does. What
 * waiting does not mend is refused at once, and so is anything on a local disk.
 */
public final class Retry {
  private static final Logger LOG = LoggerFactory.getLogger(Retry.class);
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(16);

  /** Less than it takes for the lock of an output to be that of a dead job. */
  private static final Duration ALL = Duration.ofSeconds(100);

  private static final List<Class<? extends IOException>> FINAL =
      List.of(
          FileNotFoundException.class,
          FileAlreadyExistsException.class,
          ParentNotDirectoryException.class,
          AccessControlException.class,
          AccessDeniedException.class,
          ClusterStorageCapacityExceededException.class);

  private Retry() {}

  /** Something that writes, and that may be done again after it failed half-way. */
  public interface Write<T> {
    /** Writes. */
    T on(FileSystem fileSystem) throws IOException;
  }

  /**
   * Writes to a path.
   *
   * @throws UncheckedIOException naming the path, once it has been tried for long enough
   */
  static <T> T write(FileSystem fileSystem, Path path, Write<T> write) {
    long start = System.nanoTime();
    Duration wait = FIRST;
    while (true) {
      try {
        return write.on(fileSystem);
      } catch (IOException e) {
        boolean again =
            !(fileSystem instanceof LocalFileSystem)
                && FINAL.stream().noneMatch(kind -> kind.isInstance(e))
                && System.nanoTime() - start + wait.toNanos() < ALL.toNanos();
        if (!again || !sleeps(wait)) {
          throw new UncheckedIOException("cannot write %s: %s".formatted(path, firstLine(e)), e);
        }
        LOG.warn(
            "cannot write {} for now ({}), trying again",
            Secrets.masked(path.toString()),
            Secrets.masked(firstLine(e)));
        wait = wait.multipliedBy(2).compareTo(LONGEST) < 0 ? wait.multipliedBy(2) : LONGEST;
      }
    }
  }

  private static boolean sleeps(Duration wait) {
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String firstLine(IOException error) {
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
  }
}
