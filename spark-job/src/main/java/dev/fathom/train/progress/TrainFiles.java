// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import org.apache.hadoop.fs.Path;

/** What a training leaves in the output directory of a run. */
public record TrainFiles(Path directory) {

  /** The trained model's directory. */
  public Path model() {
    return new Path(directory, "model");
  }

  /** The last few checkpoints' directory. */
  public Path checkpoints() {
    return new Path(directory, "checkpoints");
  }

  /** A line a round. */
  public Path metrics() {
    return new Path(directory, "metrics.jsonl");
  }
}
