// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The kind of data of one side, which decides how a shard stores it. */
public enum Modality {
  /** Height × width × 3 bytes, row-major, red green blue, as a Parquet binary. */
  @JsonProperty("image")
  IMAGE,
  /**
   * Token numbers into the card's vocabulary, as an array of integers, at most as many as the
   * side's shape says.
   */
  @JsonProperty("text")
  TEXT,
  /** Numbers standardised by the card's mean and standard deviation, as an array of floats. */
  @JsonProperty("vector")
  VECTOR
}
