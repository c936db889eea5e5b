// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import org.apache.spark.api.java.JavaRDD;

/** One side of a source; the other is replaced by a vector without numbers. */
public final class OneSide implements Source {
  private static final SourceSide NOTHING = SourceSide.vector(0);

  private final Source source;
  private final boolean first;

  /** Takes the first or the second side of a source. */
  public OneSide(Source source, boolean first) {
    this.source = source;
    this.first = first;
  }

  @Override
  public SourceSide x() {
    return first ? source.x() : NOTHING;
  }

  @Override
  public SourceSide y() {
    return first ? NOTHING : source.y();
  }

  @Override
  public JavaRDD<RawRow> rows() {
    boolean keepsFirst = first;
    return source.rows().map(row -> row instanceof RawRow.Pair pair ? half(pair, keepsFirst) : row);
  }

  private static RawRow half(RawRow.Pair pair, boolean first) {
    RawValue nothing = new RawValue.Numbers(new double[0]);
    return new RawRow.Pair(
        pair.key(),
        pair.ordinal(),
        first ? pair.x() : nothing,
        first ? nothing : pair.y(),
        pair.label(),
        pair.group());
  }

  @Override
  public boolean mayRepeat() {
    return source.mayRepeat();
  }

  @Override
  public boolean namesRows() {
    return source.namesRows();
  }

  @Override
  public String fingerprint() {
    return source.fingerprint() + (first ? " x" : " y");
  }
}
