// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTextTest {
  @Test
  void whatHoldsACommaIsQuotedAndNullIsEmpty() {
    assertThat(
            CsvText.of(
                List.of("name", "value"),
                List.of(Arrays.asList("a, b", 1.5), Arrays.asList("c", null))))
        .isEqualTo("name,value\n\"a, b\",1.5\nc,\n");
  }
}
