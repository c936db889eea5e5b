// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void whatATerminalActsOnIsShownByItsNumber() {
    assertThat(Printable.line("a\0b\u001b[31mred\u007f"))
        .isEqualTo("a\\u0000b\\u001b[31mred\\u007f");
    assertThat(Printable.line("gnp.\u202efdp")).isEqualTo("gnp.\\u202efdp");
    assertThat(Printable.line("half \ud83d")).isEqualTo("half \\ud83d");
    assertThat(Printable.line("one\r\n  two\tthree\n")).isEqualTo("one two\\u0009three");
  }

  @Test
  void lettersOfAnyScriptAndEmojiAreLeftAlone() {
    String text = "Öl, 你好, แมว, 👨‍👩‍👧 and 100 %";

    assertThat(Printable.line(text)).isEqualTo(text);
  }

  @Test
  void aMessageShowsSoMuchOfAValueAndNoMore() {
    FathomException error =
        FathomException.usage("there is no column %s, %d", "x\0".repeat(100_000), 3);

    assertThat(error.getMessage())
        .startsWith("there is no column x\\u0000x")
        .endsWith("…, 3")
        .hasSizeLessThan(Printable.LONGEST_VALUE + 50);
    assertThat(Printable.line("x".repeat(100_000))).hasSizeLessThan(9000);
  }

  @Property
  void aLineIsOneLineWithoutControlCharacters(@ForAll @StringLength(max = 3000) String text) {
    assertThat(Printable.line(text).chars()).noneMatch(Character::isISOControl);
    assertThat(FathomException.data("%s", text).getMessage().chars())
        .noneMatch(Character::isISOControl);
  }
}
