// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/** An open source of pairs: their form is known, and their rows can be read. */
public interface Source {

  /** Describes the first side. */
  SourceSide x();

  /** Describes the second side. */
  SourceSide y();

  /** Returns every row, in any order; reading again gives the same rows. */
  JavaRDD<RawRow> rows();

  /** Whether two rows may have the same key or the same content. */
  default boolean mayRepeat() {
    return true;
  }

  /**
   * Whether keys, such as paths or ids, identify their rows in other sources as well; numbers of
   * rows do not.
   */
  default boolean namesRows() {
    return false;
  }

  /** The true number of shared dimensions, if the source knows it. */
  default Optional<Integer> knownDimension() {
    return Optional.empty();
  }

  /** A text that changes when the rows do: a digest of the files, or the parameters. */
  String fingerprint();
}
