// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.FathomException;
import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeparatorTest {
  private static final byte[] TABLE =
      "file;\"cap\"\"tion\"|x\ta b,1\r\n1,5;2.5e-3|+7 8\n".getBytes(StandardCharsets.US_ASCII);

  @Test
  void theHeaderTellsTheSeparator() {
    assertThat(Separator.ofHeader("file,caption\na;b;c;d,e")).isEqualTo(",");
    assertThat(Separator.ofHeader("file;caption\na,b,c;d")).isEqualTo(";");
    assertThat(Separator.ofHeader("file\tcaption, short\tkey")).isEqualTo("\t");
    assertThat(Separator.ofHeader("file|caption")).isEqualTo("|");
    assertThat(Separator.ofHeader("\n\nfile;caption\n")).isEqualTo(";");
  }

  @Test
  void whatIsInQuotesSeparatesNothing() {
    assertThat(Separator.ofHeader("\"file; or; path;\",caption")).isEqualTo(",");
    assertThat(Separator.ofHeader("\"a;\nb;;\",c")).isEqualTo(",");
  }

  @Test
  void aCommaIsMeantWhereNothingElseIs() {
    for (String head : new String[] {"", "caption", "\"", "a;b,c", "\n"}) {
      assertThat(Separator.ofHeader(head)).isEqualTo(",");
    }
  }

  @Test
  void betweenNumbersWhatIsNoDecimalCommaCountsFirst() {
    assertThat(Separator.ofNumbers("1,5;2,5;3,5\n")).isEqualTo(";");
    assertThat(Separator.ofNumbers("1.5, 2.5\n")).isEqualTo(",");
    assertThat(Separator.ofNumbers("1.5e+00 2.5e+00\n")).isEqualTo(" ");
    assertThat(Separator.ofNumbers("my column\n7\n")).isEqualTo(",");
    assertThat(Separator.ofNumbers(" 7 \n8")).isEqualTo(",");
  }

  @Test
  void aTabMayBeSpelled() {
    assertThat(Separator.named("tab")).isEqualTo("\t");
    assertThat(Separator.named("\\t")).isEqualTo("\t");
    assertThat(Separator.named(";")).isEqualTo(";");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"", "a\nb"})
  void whatCannotSeparateIsAUsageError(String setting) {
    assertThatThrownBy(() -> Separator.named(setting))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("input.separator");
  }

  @Fuzz
  void anyTextHasOne(@ForAll long seed) {
    byte[] damaged = Damage.done(TABLE, seed);
    String head = new String(damaged, StandardCharsets.ISO_8859_1);
    assertThat(Separator.ofHeader(head)).isIn(",", ";", "\t", "|");
    assertThat(Separator.ofNumbers(head)).hasSize(1);
  }
}
