// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.error.Causes;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import java.io.File;

/**
 * The folder into which JavaCPP unpacks native libraries, some 150 MB: below the home directory
 * unless set otherwise.
 */
final class NativeLibraries {
  private static final String FOLDER = "org.bytedeco.javacpp.cachedir";
  private static final long ROOM = 256L << 20;

  private NativeLibraries() {}

  /**
   * Uses the folder of temporary files if the home directory has no room, and does not hold the
   * libraries yet.
   */
  static void findRoom() {
    File home = new File(System.getProperty("user.home"));
    if (System.getProperty(FOLDER) == null
        && home.getUsableSpace() < ROOM
        && !new File(home, ".javacpp/cache").isDirectory()) {
      String own = ".javacpp-" + System.getProperty("user.name") + "/cache";
      System.setProperty(
          FOLDER, new File(System.getProperty("java.io.tmpdir"), own).getAbsolutePath());
    }
  }

  /** The error if a native library cannot be loaded, with advice for the user. */
  static FathomException missing(LinkageError error) {
    return FathomException.of(
            ExitCode.FAILURE,
            "a native library cannot be loaded (%s); they are unpacked to %s, which needs room and"
                + " must not be mounted noexec; -D%s=DIR in FATHOM_JAVA_OPTS or"
                + " spark.driver.extraJavaOptions names another folder",
            Causes.told(error),
            System.getProperty(FOLDER, "~/.javacpp"),
            FOLDER)
        .causedBy(error);
  }
}
