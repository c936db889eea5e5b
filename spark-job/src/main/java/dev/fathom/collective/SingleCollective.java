// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.List;
import java.util.function.Supplier;

/** A collective with one member. */
record SingleCollective(int to) implements Collective {
  @Override
  public int from() {
    return 0;
  }

  @Override
  public <T> T shared(Supplier<T> make) {
    return make.get();
  }

  @Override
  public Collective ofProcess() {
    return this;
  }

  @Override
  public void await() {}

  @Override
  public void gather(List<Rows> arrays) {}

  @Override
  public float[] reduce(Runs mine) {
    return Runs.whole(
            mine.runs(),
            (first, second) ->
                mine.reduction().into(first.array(), 0, second.array(), 0, mine.length()))
        .array();
  }

  @Override
  public Span part(int length) {
    return new Span(0, length);
  }
}
