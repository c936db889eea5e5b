// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersHeaderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1;2.5;-3e-4 | false | false",
        "nan;-inf;1,5 | false | false",
        "width;height | true | false",
        "1;height | true | false",
        // A number is missing.
        "_;0.5;0.25 | false | false",
        "_ | false | false",
        // By pandas, with names and without, and by R.
        "_;width;height | true | true",
        "_;0;1;2 | true | true",
        "_;V1;V2 | true | true",
        // More than one has no name.
        "_;_;height | true | false"
      })
  void namesAndAnIndexAreTold(String cells, boolean header, boolean index) {
    assertThat(NumbersHeader.of(List.of(cells.replace("_", "").split(";", -1))))
        .isEqualTo(new NumbersHeader(header, index));
  }
}
