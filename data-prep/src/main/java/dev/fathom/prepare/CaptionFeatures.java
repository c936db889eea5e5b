// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.prepare.backbone.TextFeatures;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Adds to the pairs of a partition the features that a frozen network computes from their captions,
 * one window of pairs at a time, as they are asked for.
 */
final class CaptionFeatures implements Iterator<Outcome.Placed> {
  private final Iterator<Outcome.Placed> pairs;
  private final TextFeatures network;
  private Iterator<Outcome.Placed> window = List.<Outcome.Placed>of().iterator();

  CaptionFeatures(Iterator<Outcome.Placed> pairs, TextFeatures network) {
    this.pairs = pairs;
    this.network = network;
  }

  @Override
  public boolean hasNext() {
    if (!window.hasNext() && pairs.hasNext()) {
      window = described().iterator();
    }
    return window.hasNext();
  }

  @Override
  public Outcome.Placed next() {
    return window.next();
  }

  private List<Outcome.Placed> described() {
    List<Outcome.Placed> read = new ArrayList<>();
    while (read.size() < TextFeatures.WINDOW && pairs.hasNext()) {
      read.add(pairs.next());
    }
    List<String> captions = new ArrayList<>();
    read.forEach(
        placed -> {
          add(placed.pair().x(), captions);
          add(placed.pair().y(), captions);
        });
    Iterator<float[]> features = List.of(network.of(captions)).iterator();
    return read.stream()
        .map(
            placed -> {
              Outcome.SideValue x = described(placed.pair().x(), features);
              Outcome.SideValue y = described(placed.pair().y(), features);
              return new Outcome.Placed(placed.split(), placed.pair().with(x, y));
            })
        .toList();
  }

  private static void add(Outcome.SideValue side, List<String> captions) {
    if (side.value() instanceof DecodedValue.Caption caption) {
      captions.add(caption.text());
    }
  }

  private static Outcome.SideValue described(Outcome.SideValue side, Iterator<float[]> features) {
    return side.value() instanceof DecodedValue.Caption
        ? new Outcome.SideValue(
            DecodedValue.Features.of(features.next()), side.source(), side.digest())
        : side;
  }
}
