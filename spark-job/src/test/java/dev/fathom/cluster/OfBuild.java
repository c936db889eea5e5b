// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.commons.io.FileUtils;

/**
 * Folders that the JVMs of the tests share: the first that asks for one makes it with the jar of
 * this build, and others wait.
 */
final class OfBuild {
  private static final Path ALL = Path.of("target/of-builds").toAbsolutePath();

  private OfBuild() {}

  /** Makes the content of a folder. */
  interface Making {
    /** Makes it. */
    void in(Path folder) throws Exception;
  }

  /** The folder of a name, with all that was made in it. */
  static synchronized Path folder(String name, Making making) throws Exception {
    Path build = Files.createDirectories(ALL.resolve(stamp()));
    try (FileChannel lock =
        FileChannel.open(
            build.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.lock();
      Path folder = build.resolve(name);
      if (!Files.exists(folder)) {
        deleteOthers(build);
        Path unfinished = Files.createTempDirectory(build, name);
        making.in(unfinished);
        Files.move(unfinished, folder);
      }
      return folder;
    }
  }

  private static String stamp() throws IOException {
    return String.valueOf(Files.getLastModifiedTime(Jobs.JAR).toMillis());
  }

  private static void deleteOthers(Path build) {
    for (File other : ALL.toFile().listFiles()) {
      if (!other.toPath().equals(build)) {
        FileUtils.deleteQuietly(other);
      }
    }
  }
}
