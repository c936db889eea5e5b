// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import org.apache.hadoop.fs.Path;

/** Paths of a training's files in the output directory of a run. */
public record TrainFiles(Path directory) {

  /** The trained model's directory. */
  public Path model() {
    return new Path(directory, "model");
  }

  /** The directory of the last few checkpoints. */
  public Path checkpoints() {
    return new Path(directory, "checkpoints");
  }

  /** The file with one line per round. */
  public Path metrics() {
    return new Path(directory, "metrics.jsonl");
  }
}
