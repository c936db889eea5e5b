// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;

/**
 * What makes short jobs on few cores quick. Compiling them well would take longer than running
 * them, and so would reading and checking Spark's classes, of which an archive is made once for all
 * tests.
 */
final class QuickStart {
  private static final String COMPILING = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC ";
  private static String flags;

  private QuickStart() {}

  /** Flags of a JVM, between spaces. */
  static synchronized String flags() throws IOException, InterruptedException {
    if (flags == null) {
      Path directory = Files.createTempDirectory("classes");
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(directory.toFile())));
      Path archive = directory.resolve("spark.jsa");
      new Jobs(directory)
          .flags(COMPILING + "-XX:ArchiveClassesAtExit=" + archive)
          .submit("local[2]", Training.prepare(directory.resolve("data").toString()))
          .finish();
      flags = COMPILING + "-XX:SharedArchiveFile=" + archive;
    }
    return flags;
  }
}
