// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.Modality;
import java.io.Serializable;

/**
 * One side of a source's pairs.
 *
 * @param modality kind of data
 * @param columns number of columns of a vector, 0 for other modalities
 */
public record SourceSide(Modality modality, int columns) implements Serializable {

  /** A side of pictures. */
  public static final SourceSide IMAGE = new SourceSide(Modality.IMAGE, 0);

  /** A side of captions. */
  public static final SourceSide TEXT = new SourceSide(Modality.TEXT, 0);

  /** Creates a side of vectors. */
  public static SourceSide vector(int columns) {
    return new SourceSide(Modality.VECTOR, columns);
  }
}
