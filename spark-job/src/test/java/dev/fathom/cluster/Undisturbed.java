// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;

/**
 * The training on one machine that all others are held to, run once for all tests.
 *
 * @param data its dataset, which the others may read as well
 * @param parameters what it ended in
 * @param averaged what it ends in when its workers average
 */
record Undisturbed(Path data, byte[] parameters, byte[] averaged) {
  private static Undisturbed only;

  static synchronized Undisturbed get() throws Exception {
    if (only == null) {
      Path directory = Files.createTempDirectory("undisturbed");
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(directory.toFile())));
      only = made(directory);
    }
    return only;
  }

  private static Undisturbed made(Path directory) throws IOException, InterruptedException {
    Jobs jobs = new Jobs(directory.resolve("jobs"));
    Path data = directory.resolve("data");
    jobs.submit("local[2]", Training.prepare(data.toString())).finish();
    Training training = new Training(data.toString(), directory.resolve("output").toString());
    jobs.submit("local[2]", training.command()).finish();
    Training averaging = new Training(data.toString(), directory.resolve("averaged").toString());
    jobs.submit("local[1]", averaging.command(Training.AVERAGING)).finish();
    return new Undisturbed(data, training.parameters(), averaging.parameters());
  }
}
