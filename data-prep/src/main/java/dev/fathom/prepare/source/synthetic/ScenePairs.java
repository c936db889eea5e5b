// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source.synthetic;

import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.RawValue;
import dev.fathom.prepare.source.SourceSide;
import dev.fathom.random.RandomStream;
import java.util.Map;

/**
 * Rendered pictures of a disc, each with a caption.
 *
 * @param shared number of factors in the caption; the others vary only in the picture
 * @param size number of pixels on the picture's side
 * @param seed seed of every row
 */
record ScenePairs(int shared, int size, long seed) implements BuiltInSource.Maker {

  // Every picture shows all factors, every caption tells the first few. What the two have in common
  // is then exactly those few, continuous and independent, whatever else either of them holds: the
  // picture its other factors, the slope of its ground and its noise, the caption its phrasing.
  // Factors, picture and phrasing come from random streams of their own, so that nothing but the
  // shared factors can link the two sides, and a row shows the same disc however many are shared.

  @Override
  public RawRow row(long index) {
    Map<Factor, Double> shares = Factor.draw(RandomStream.of(seed, "scene-factors", index));
    byte[] pixels = ScenePainter.paint(shares, size, RandomStream.of(seed, "scene-picture", index));
    String caption =
        SceneCaption.write(shares, shared, RandomStream.of(seed, "scene-caption", index));
    return new RawRow.Pair(
        RawRow.keyOf(index),
        index,
        new RawValue.Picture(pixels),
        new RawValue.Caption(caption),
        "",
        "");
  }

  @Override
  public SourceSide x() {
    return SourceSide.IMAGE;
  }

  @Override
  public SourceSide y() {
    return SourceSide.TEXT;
  }

  @Override
  public int knownDimension() {
    return shared;
  }
}
