// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.util.List;
import net.jqwik.api.ForAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {
  private final Words words = new Words(new TextSettings(10, 1, 5, 20_000, true));

  @Test
  void wordsAreLowerCaseAndPunctuationIsNone() throws RejectedRowException {
    assertThat(words.of("A soft Disc, at x40 x7!"))
        .containsExactly("a", "soft", "disc", "at", "x40");
    assertThat(words.of("don't re-use")).containsExactly("don't", "re", "use");
  }

  @Test
  void formsThatLookDifferentAndMeanTheSameAreOneWord() throws RejectedRowException {
    assertThat(words.of("ﬁne Ｗｉｄｅ e\u0301t\u00e9")).containsExactly("fine", "wide", "été");
  }

  @Test
  void everyIdeographAndEveryEmojiIsAWord() throws RejectedRowException {
    assertThat(words.of("你好 😀👍🏽")).containsExactly("你", "好", "😀", "👍🏽");
  }

  @Test
  void scriptsWithoutBlanksAreCutByTheirDictionary() throws RejectedRowException {
    assertThat(words.of("แมวรักหมา")).containsExactly("แมว", "รัก", "หมา");
    assertThat(words.of("ខ្ញុំស្រលាញ់ឆ្មា")).hasSizeGreaterThan(1);
    assertThat(words.of("ຂ້ອຍມັກແມວ")).hasSizeGreaterThan(1);
    assertThat(words.of("คนไทยรักแมวดำและหมาขาว")).hasSize(5);
  }

  @Test
  void whatIsTooLongIsRejected() {
    assertThatThrownBy(() -> words.of("x ".repeat(10_001)))
        .isInstanceOfSatisfying(
            RejectedRowException.class,
            e -> assertThat(e.reason()).isEqualTo(RejectReason.TOO_MANY_CHARACTERS));
  }

  /** Whatever a caption holds, it has one to so many words, none of them empty, or is rejected. */
  @Fuzz
  void anyTextIsCutOrRejected(@ForAll long seed) {
    try {
      assertThat(words.of(Damage.text(seed)))
          .hasSizeBetween(1, 5)
          .allSatisfy(word -> assertThat(word).isNotEmpty());
    } catch (RejectedRowException e) {
      assertThat(e.reason()).isIn(RejectReason.EMPTY_TEXT, RejectReason.UNREADABLE_TEXT);
    }
  }

  @Test
  void nothingButPunctuationIsCutAtItsBlanks() throws RejectedRowException {
    assertThat(words.of(" # --> ")).isEqualTo(List.of("#", "-->"));
  }

  @Test
  void anErrorLeavesTheTokenizerUsable() throws RejectedRowException {
    assertThatThrownBy(() -> words.of("")).isInstanceOf(RejectedRowException.class);

    assertThat(words.of("still here")).containsExactly("still", "here");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \t\n", "\u00a0\u2003", "\u200b\ufeff"})
  void aCaptionOfNothingIsRejected(String caption) {
    assertThatThrownBy(() -> words.of(caption))
        .isInstanceOfSatisfying(
            RejectedRowException.class,
            e -> assertThat(e.reason()).isEqualTo(RejectReason.EMPTY_TEXT));
  }
}
