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
import org.apache.hadoop.fs.ChecksumException;
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
 * Tries a write again that a distributed file system refuses for a while, as one in safe mode does,
 * and a read that any disk fails for a moment. Errors that waiting does not mend fail at once, and
 * so do writes to a local disk.
 */
public final class Retry {
  private static final Logger LOG = LoggerFactory.getLogger(Retry.class);
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(16);

  /**
   * Total time of retries; shorter than the time after which the lock of an output counts as a dead
   * job's.
   */
  private static final Duration ALL = Duration.ofSeconds(100);

  /** Waiting times before the second and the third, last, attempt to read a file. */
  private static final List<Duration> BEFORE_READING_AGAIN =
      List.of(Duration.ofMillis(50), Duration.ofMillis(500));

  private static final List<Class<? extends IOException>> FINAL =
      List.of(
          FileNotFoundException.class,
          FileAlreadyExistsException.class,
          ParentNotDirectoryException.class,
          AccessControlException.class,
          AccessDeniedException.class,
          ChecksumException.class,
          ClusterStorageCapacityExceededException.class);

  private Retry() {}

  /** A write that can be repeated after it failed half-way. */
  public interface Write<T> {
    /** Performs the write. */
    T on(FileSystem fileSystem) throws IOException;
  }

  /**
   * Runs a write to a path, with retries.
   *
   * @throws UncheckedIOException naming the path, after the last attempt
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
                && mayPass(e)
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

  /** A read that can be repeated from its start. */
  interface Read<T> {
    /** Performs the read. */
    T from(FileSystem fileSystem) throws IOException;
  }

  /**
   * Runs a read of a file, at most three times.
   *
   * @throws IOException the error of the last attempt, or at once if waiting does not mend it
   */
  static <T> T read(FileSystem fileSystem, Path path, Read<T> read) throws IOException {
    for (Duration wait : BEFORE_READING_AGAIN) {
      try {
        return read.from(fileSystem);
      } catch (IOException e) {
        if (!mayPass(e) || !sleeps(wait)) {
          throw e;
        }
        LOG.warn(
            "cannot read {} for now ({}), trying again",
            Secrets.masked(path.toString()),
            Secrets.masked(firstLine(e)));
      }
    }
    return read.from(fileSystem);
  }

  private static boolean mayPass(IOException error) {
    return FINAL.stream().noneMatch(kind -> kind.isInstance(error));
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
