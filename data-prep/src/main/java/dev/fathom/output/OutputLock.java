// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.monitoring.LogContext;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two jobs from using one output directory. The lock is a file beside it that names its owner
 * and is touched every half minute while the job runs. A lock that was not touched for two minutes,
 * or whose process is gone from this machine, belongs to a dead job and is taken over.
 *
 * <p>An object store does not say which of two jobs came first: if several write the file at the
 * same time, the last one stays. So a job reads the file again a moment later, and withdraws if it
 * finds another owner.
 */
final class OutputLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputLock.class);
  private static final Duration BEAT = Duration.ofSeconds(30);

  /** After this long without a sign of life the owner counts as dead. */
  static final Duration DEAD = Duration.ofMinutes(2);

  /** Time that a process has to write its name into the file that it has created. */
  private static final Duration NAMELESS = Duration.ofSeconds(10);

  /**
   * Time for jobs that began at the same time to write their files, of which the last one stays.
   */
  private static final Duration SETTLING = Duration.ofSeconds(3);

  /**
   * Number of milliseconds by which times may be behind on file systems with a resolution of
   * seconds.
   */
  private static final long SECOND = 1000;

  private final FileSystem fileSystem;
  private final Path file;
  private final String owner;
  private final Timer timer = new Timer("output lock", true);

  private OutputLock(FileSystem fileSystem, Path file, String owner) {
    this.fileSystem = fileSystem;
    this.file = file;
    this.owner = owner;
  }

  /**
   * Takes the lock of a directory, which need not exist.
   *
   * @throws FathomException of usage if a running job has the lock
   */
  static OutputLock take(Storage storage, Path directory) {
    try {
      FileSystem fileSystem = storage.fileSystem(directory);
      Path output = fileSystem.makeQualified(directory);
      Path file = new Path(output.getParent(), "." + output.getName() + ".lock");
      LockHolder holder = LockHolder.here();
      if (!created(fileSystem, file, holder.text())) {
        takeOver(fileSystem, file, output);
        if (!created(fileSystem, file, holder.text())) {
          throw busy(output, "another job");
        }
      }
      OutputLock lock = new OutputLock(fileSystem, file, holder.text());
      lock.timer.schedule(lock.beating(), BEAT.toMillis(), BEAT.toMillis());
      return lock;
    } catch (IOException e) {
      throw FathomException.usage("cannot write to %s: %s", directory, e.getMessage()).causedBy(e);
    }
  }

  private static boolean created(FileSystem fileSystem, Path file, String owner)
      throws IOException {
    fileSystem.mkdirs(file.getParent());
    try {
      boolean atOnce;
      try (FSDataOutputStream out = fileSystem.create(file, false)) {
        out.write(owner.getBytes(StandardCharsets.UTF_8));
        // A local disk with checksums does not report this itself.
        atOnce = fileSystem instanceof LocalFileSystem || Storage.showsWhatIsFlushed(out);
      }
      return atOnce || stays(fileSystem, file, owner);
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      // HDFS has its own exception for this.
      if (fileSystem.exists(file)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean stays(FileSystem fileSystem, Path file, String owner) throws IOException {
    try {
      TimeUnit.NANOSECONDS.sleep(SETTLING.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return read(fileSystem, file).equals(owner);
  }

  private static void takeOver(FileSystem fileSystem, Path file, Path output) throws IOException {
    LockHolder owner = new LockHolder(read(fileSystem, file));
    long silent = System.currentTimeMillis() - fileSystem.getFileStatus(file).getModificationTime();
    Duration dead = owner.text().isEmpty() ? NAMELESS : DEAD;
    if (!owner.isGone() && silent < dead.toMillis()) {
      throw busy(output, owner.told());
    }
    // If several jobs find the lock dead, only one can move it away.
    Path aside = new Path(file.getParent(), file.getName() + "." + UUID.randomUUID());
    if (!fileSystem.rename(file, aside)) {
      throw busy(output, "another job");
    }
    fileSystem.delete(aside, false);
    LOG.warn(
        "{} was left locked by a job that is gone ({}); it is taken over",
        Secrets.masked(output.toString()),
        owner.told());
  }

  private static FathomException busy(Path output, String owner) {
    return FathomException.usage(
        "%s is being written by %s; wait for it, stop it, or name another --output", output, owner);
  }

  private TimerTask beating() {
    Consumer<OutputLock> beat = LogContext.carried(OutputLock::beat);
    return new TimerTask() {
      @Override
      public void run() {
        beat.accept(OutputLock.this);
      }
    };
  }

  void beat() {
    try {
      if (!isOurs()) {
        LOG.warn("the lock {} was taken over by another job", Secrets.masked(file.toString()));
        timer.cancel();
        return;
      }
      renew();
    } catch (IOException e) {
      warn("cannot be renewed", e);
    }
  }

  /**
   * Touches the file. Writing it again would leave it empty for a moment, and a job that dies in
   * that moment would leave a lock without an owner. Object stores, which cannot touch, write a
   * file as a whole.
   */
  private void renew() throws IOException {
    long now = System.currentTimeMillis();
    fileSystem.setTimes(file, now, -1);
    if (fileSystem.getFileStatus(file).getModificationTime() < now - SECOND) {
      try (OutputStream out = fileSystem.create(file, true)) {
        out.write(owner.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private boolean isOurs() throws IOException {
    try {
      return read(fileSystem, file).equals(owner);
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private void warn(String what, IOException error) {
    LOG.warn(
        "the lock {} {}: {}",
        Secrets.masked(file.toString()),
        what,
        Secrets.masked(error.toString()));
  }

  private static String read(FileSystem fileSystem, Path file) throws IOException {
    try (InputStream in = fileSystem.open(file)) {
      return new String(in.readNBytes(512), StandardCharsets.UTF_8);
    }
  }

  /** Removes the lock. A failure is not an error of the job; the next job takes the lock over. */
  @Override
  public void close() {
    timer.cancel();
    try {
      if (isOurs()) {
        fileSystem.delete(file, false);
      }
    } catch (IOException e) {
      warn("cannot be removed", e);
    }
  }
}
