// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/** Pairs that are opened: their form is known, their rows can be read. */
public interface Source {

  /** What the first side is. */
  SourceSide x();

  /** What the second side is. */
  SourceSide y();

  /** Every row, in any order; reading again gives the same rows. */
  JavaRDD<RawRow> rows();

  /** Whether two rows may have the same key or the same content. */
  default boolean mayRepeat() {
    return true;
  }

  /** Whether keys name their rows wherever they are met again: paths, ids, not numbers of rows. */
  default boolean namesRows() {
    return false;
  }

  /** The true number of shared dimensions, where the source knows it. */
  default Optional<Integer> knownDimension() {
    return Optional.empty();
  }

  /** Text that changes when the rows do: a digest of the files, or the parameters. */
  String fingerprint();
}
