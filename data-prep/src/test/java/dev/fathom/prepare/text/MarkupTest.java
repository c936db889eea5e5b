// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkupTest {
  private static final byte[] PAGE =
      "<p class=\"a>b\">Tom &amp;amp; <b>Jerry</b><br>&lt;i&gt;1 &lt; 2&lt;/i&gt; &#x1F600; <!-- x -->&eacute;"
          .getBytes(StandardCharsets.UTF_8);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Tom &amp; Jerry | Tom & Jerry",
        "Tom &amp;amp; Jerry | Tom & Jerry",
        "&lt;b&gt;bold&lt;/b&gt; move | bold move",
        "<p>one</p><p>two<br/>three</p> | one two three",
        "w<b>o</b>rd | word",
        "caf&eacute; &#169; &#x1F600; | café © 😀",
        "&quot;it&#39;s&quot; | \"it's\"",
        "<a href=\"x\" title=\"a>b\">link</a> | link",
        "I <3 <i>you</i> | I <3 you",
        "<script>alert(1)</script>seen | seen",
        "<!-- note -->seen | seen",
        "<PERSON> in the <b>park</b> | <PERSON> in the park",
        "a <unk> dog &amp; a cat | a <unk> dog & a cat"
      })
  void tagsGoAndEntitiesBecomeWhatTheyStandFor(String html, String text) {
    assertThat(Markup.removed(html)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flag: Antigua & Barbuda",
        "AT&T",
        "I <3 you",
        "a < b and c > d",
        "R&D; and more",
        "<>",
        "two  blanks\nand a line",
        "x &; y",
        "&#; &#x;",
        "1<2"
      })
  void aTextWithoutHtmlIsTheSameAsBefore(String text) {
    assertThat(Markup.removed(text)).isSameAs(text);
  }

  @Fuzz
  void anyTextComesOut(@ForAll long seed) {
    String text = new String(Damage.done(PAGE, seed), StandardCharsets.UTF_8);

    assertThat(Markup.removed(text)).hasSizeLessThanOrEqualTo(2 * text.length() + 16);
  }

  /** As a page has it whose tags were never closed. */
  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void anyPieceMayComeAThousandTimes(@ForAll long seed) {
    Random random = new Random(seed);
    int from = random.nextInt(PAGE.length);
    String piece =
        new String(PAGE, from, 1 + random.nextInt(PAGE.length - from), StandardCharsets.UTF_8);
    String text = piece.repeat(1 + random.nextInt(3000));

    assertThat(Markup.removed(text)).hasSizeLessThanOrEqualTo(2 * text.length() + 16);
  }
}
