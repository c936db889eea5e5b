// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import java.nio.file.Path;

/**
 * The training on one machine that all others are held to, run once for all tests.
 *
 * @param data its dataset, which the others may read as well
 * @param parameters what it ended in
 * @param averaged what it ends in when its workers average
 */
record Undisturbed(Path data, byte[] parameters, byte[] averaged) {
  private static final String DATA = "data";
  private static final String TRAINED = "trained";
  private static final String AVERAGED = "averaged";
  private static Undisturbed only;

  static synchronized Undisturbed get() throws Exception {
    if (only == null) {
      Path made = OfBuild.folder("undisturbed", Undisturbed::train);
      only =
          new Undisturbed(
              made.resolve(DATA),
              training(made, TRAINED).parameters(),
              training(made, AVERAGED).parameters());
    }
    return only;
  }

  private static void train(Path folder) throws Exception {
    Jobs jobs = new Jobs(folder.resolve("jobs"));
    jobs.submit("local[2]", Training.prepare(folder.resolve(DATA).toString())).finish();
    jobs.submit("local[2]", training(folder, TRAINED).command()).finish();
    jobs.submit("local[1]", training(folder, AVERAGED).command(Training.AVERAGING)).finish();
  }

  private static Training training(Path folder, String name) {
    return new Training(folder.resolve(DATA).toString(), folder.resolve(name).toString());
  }
}
