// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

class ShardOrderTest {
  private final ShardOrder order = new ShardOrder();

  @Test
  void rowsThatComeInOrderStayWhereTheyAre() {
    read("part-0", 3, 4);
    read("part-1", 0, 1, 2);

    assertThat(order.places()).isEmpty();
  }

  @Test
  void filesThatComeOutOfOrderArePutBack() {
    read("part-2", 0, 1);
    read("part-1", 6, 7);
    read("part-0", 5, 8);
    read("part-1", 0, 1);

    assertThat(order.places().orElseThrow()).containsExactly(4, 5, 6, 7, 2, 3, 0, 1);
  }

  private void read(String file, long... rows) {
    for (long row : rows) {
      order.add(UTF8String.fromString(file), row);
    }
  }
}
