// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import com.fasterxml.jackson.annotation.JsonValue;

/** A way to make vectors shorter. Of the new coordinates the first w are kept. */
public enum Reduction {
  /**
   * The first columns as they are, which models that were trained in nested widths are made for.
   */
  TRUNCATION("truncation"),
  /** The principal axes of x, for both sides. */
  PCA("pca"),
  /** The principal axes of both sides together, each centred by itself. */
  JOINT_PCA("joint-pca"),
  /** Canonical correlation: axes of their own for each side, weighted by how far they agree. */
  CANONICAL_CORRELATION("canonical-correlation"),
  /** Random orthonormal axes, which take no learning. */
  RANDOM_PROJECTION("random-projection"),
  /** Columns drawn at random: what the first ones are held to. */
  RANDOM_COLUMNS("random-columns");

  private final String key;

  Reduction(String key) {
    this.key = key;
  }

  /** Its name in reports. */
  @JsonValue
  public String key() {
    return key;
  }
}
