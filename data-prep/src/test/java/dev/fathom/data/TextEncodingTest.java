// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.Fuzz;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextEncodingTest {
  private static final List<String> CHARSETS = List.copyOf(Charset.availableCharsets().keySet());

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void aMarkSaysMoreThanTheNameAndIsNoPartOfTheText(String charset) throws Exception {
    byte[] bytes = "\ufeffÖl, 你".getBytes(Charset.forName(charset));

    assertThat(TextEncoding.named("windows-1252").decoded(bytes)).isEqualTo("Öl, 你");
    assertThat(TextEncoding.UTF_8.readable(bytes)).isEqualTo("Öl, 你");
  }

  @Test
  void textWithoutAMarkIsInTheEncodingThatIsNamed() throws Exception {
    byte[] bytes = "café".getBytes(Charset.forName("windows-1252"));

    assertThat(TextEncoding.named("Windows-1252").decoded(bytes)).isEqualTo("café");
    assertThatThrownBy(() -> TextEncoding.UTF_8.decoded(bytes))
        .isInstanceOf(CharacterCodingException.class);
    assertThat(TextEncoding.UTF_8.readable(bytes)).isEqualTo("caf\ufffd");
    assertThat(TextEncoding.UTF_8.decoded(new byte[0])).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ANSI", "utf 8", "", "\0"})
  void aNameOfNoEncodingIsAUsageError(String name) {
    assertThatThrownBy(() -> TextEncoding.named(name))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("input.charset")
        .hasMessageContaining("windows-1252");
  }

  @Fuzz
  void anyBytesAreTextOrRefused(@ForAll byte[] bytes, @ForAll long seed) {
    TextEncoding encoding =
        TextEncoding.named(CHARSETS.get(new Random(seed).nextInt(CHARSETS.size())));
    try {
      assertThat(encoding.readable(bytes)).isEqualTo(encoding.decoded(bytes));
    } catch (CharacterCodingException e) {
      assertThat(encoding.readable(bytes)).isNotNull();
    }
  }
}
