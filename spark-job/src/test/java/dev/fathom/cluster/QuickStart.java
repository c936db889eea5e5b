// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import java.nio.file.Path;

/**
 * What makes short jobs on few cores quick. Compiling them well would take longer than running
 * them, and so would reading and checking Spark's classes, of which an archive is made once for all
 * tests.
 */
final class QuickStart {
  private static final String COMPILING = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC ";
  private static final String ARCHIVE = "spark.jsa";
  private static String flags;

  private QuickStart() {}

  /** Flags of a JVM, between spaces. */
  static synchronized String flags() throws Exception {
    if (flags == null) {
      Path made = OfBuild.folder("classes", QuickStart::archive);
      flags = COMPILING + "-XX:SharedArchiveFile=" + made.resolve(ARCHIVE);
    }
    return flags;
  }

  private static void archive(Path folder) throws Exception {
    new Jobs(folder)
        .flags(COMPILING + "-XX:ArchiveClassesAtExit=" + folder.resolve(ARCHIVE))
        .submit("local[2]", Training.prepare(folder.resolve("data").toString()))
        .finish();
  }
}
