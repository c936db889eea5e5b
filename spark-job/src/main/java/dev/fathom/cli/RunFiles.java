// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.train.progress.TrainFiles;
import org.apache.hadoop.fs.Path;

/** The paths of the outputs of a run's stages. */
record RunFiles(Path directory) {

  /** The dataset's directory. */
  Path data() {
    return new Path(directory, "data");
  }

  /** The model's directory. */
  Path model() {
    return new TrainFiles(directory).model();
  }

  /** The embeddings' directory. */
  Path embeddings() {
    return new Path(directory, "embeddings");
  }

  /** The directory with the dimension around each embedding. */
  Path pointwise() {
    return new Path(directory, "pointwise");
  }
}
