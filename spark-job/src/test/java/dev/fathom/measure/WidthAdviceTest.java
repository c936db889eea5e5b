// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WidthAdviceTest {
  @Test
  void theNextWholeNumberHoldsADimension() {
    assertThat(WidthAdvice.widthFor(4.2, false)).isEqualTo(5);
    assertThat(WidthAdvice.widthFor(4, false)).isEqualTo(4);
  }

  @Test
  void aSphereHasOneDimensionLessThanItsSpace() {
    assertThat(WidthAdvice.widthFor(4.2, true)).isEqualTo(6);
  }

  @Test
  void whatIsWiderSavesFourBytesACoordinate() {
    assertThat(WidthAdvice.of(4.2, true, 32)).isEqualTo(new WidthAdvice(6, 32, 4 * 26));
  }

  @Test
  void whatIsNoWiderSavesNothing() {
    assertThat(WidthAdvice.of(4.2, true, 6).bytesSaved()).isZero();
    assertThat(WidthAdvice.of(4.2, true, 3)).isEqualTo(new WidthAdvice(6, 3, 0));
  }
}
