// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import com.fasterxml.jackson.annotation.JsonValue;

/** A way to make vectors shorter: it gives new coordinates, of which the first w are kept. */
public enum Reduction {
  /** The first columns as they are, for models that were trained with nested widths. */
  TRUNCATION("truncation"),
  /** The principal axes of x, for both sides. */
  PCA("pca"),
  /** The principal axes of both sides together, each centred by itself. */
  JOINT_PCA("joint-pca"),
  /** Canonical correlation: axes of their own for each side, weighted by how far they agree. */
  CANONICAL_CORRELATION("canonical-correlation"),
  /** Random orthonormal axes, which need no learning. */
  RANDOM_PROJECTION("random-projection"),
  /** Columns drawn at random, which the first columns are compared with. */
  RANDOM_COLUMNS("random-columns");

  private final String key;

  Reduction(String key) {
    this.key = key;
  }

  /** The reduction's name in reports. */
  @JsonValue
  public String key() {
    return key;
  }
}
