// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.train.progress.TrainFiles;
import org.apache.hadoop.fs.Path;

/** The paths of the outputs of a run's stages. */
record RunFiles(Path directory) {

  /** The dataset. */
  Path data() {
    return new Path(directory, "data");
  }

  /** The model. */
  Path model() {
    return new TrainFiles(directory).model();
  }

  /** The embeddings. */
  Path embeddings() {
    return new Path(directory, "embeddings");
  }

  /** The dimension around each embedding. */
  Path pointwise() {
    return new Path(directory, "pointwise");
  }
}
