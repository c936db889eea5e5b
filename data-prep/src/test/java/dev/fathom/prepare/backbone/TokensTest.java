// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import org.junit.jupiter.api.Test;

class TokensTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Tokens FEW = few();
  private static final byte[] SMALL =
      """
      {"version": "1.0", "truncation": {"direction": "Right", "max_length": 9, "strategy":
       "LongestFirst", "stride": 0}, "padding": null, "added_tokens": [{"id": 0, "content": "[UNK]",
       "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
       "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
       "post_processor": null, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
       "model": {"type": "WordPiece", "unk_token": "[UNK]",
       "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
       "vocab": {"[UNK]": 0, "a": 1, "red": 2, "##d": 3, "b": 4, "##ird": 5}}}
      """
          .getBytes(StandardCharsets.UTF_8);

  @Test
  void numbersAreThoseOfAnotherImplementation() throws IOException {
    List<String> golden;
    try (InputStream in = TokensTest.class.getResourceAsStream("/tokens/minilm.jsonl")) {
      golden = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }

    assertThat(golden).hasSize(200);
    try (Tokens tokens = Tokens.open(tokenizer(), 0, false)) {
      for (String line : golden) {
        JsonNode row = JSON.readTree(line);
        assertThat(tokens.of(row.get("caption").asText()))
            .as(line)
            .isEqualTo(JSON.treeToValue(row.get("ids"), long[].class));
      }
    }
  }

  @Test
  void captionsAreCutAsTheTokenizerSaysOrAsIsAsked() throws IOException {
    String caption = "bird ".repeat(500);

    try (Tokens said = Tokens.open(tokenizer(), 0, false);
        Tokens asked = Tokens.open(tokenizer(), 7, false)) {
      assertThat(said.maxTokens()).isEqualTo(128);
      assertThat(said.of(caption)).hasSize(128).startsWith(101, 4743).endsWith(4743, 102);
      assertThat(asked.of(caption)).containsExactly(101, 4743, 4743, 4743, 4743, 4743, 102);
    }
  }

  @Test
  void captionsArePaddedWhereTheNetworkTakesOneLengthAlone() throws IOException {
    try (Tokens tokens = Tokens.open(tokenizer(), 5, true)) {
      assertThat(tokens.of("bird")).containsExactly(101, 4743, 102, 0, 0);
      assertThat(tokens.count("bird")).isEqualTo(3);
    }
  }

  /** Halves of characters among them. */
  @Fuzz
  void anyTextHasNumbersOfTheVocabulary(@ForAll long seed) {
    long[] numbers = FEW.of(Damage.text(seed));

    assertThat(numbers).hasSizeBetween(2, 20).startsWith(101).endsWith(102);
    assertThat(Arrays.stream(numbers)).allMatch(number -> number >= 0 && number < 30_522);
  }

  @Fuzz
  void aTokenizerOfAnyBytesIsReadOrRefused(@ForAll long seed) {
    try (Tokens tokens = Tokens.open(Damage.done(SMALL, seed), 0, seed % 2 == 0)) {
      assertThat(tokens.of("A red bird").length).isLessThanOrEqualTo(tokens.maxTokens());
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  /** The library would end the process. */
  @Test
  void aTokenizerThatIsCutOffIsRefusedWhereverThatIs() throws IOException {
    String whole = new String(SMALL, StandardCharsets.UTF_8).strip();
    try (Tokens tokens = Tokens.open(SMALL, 0, false)) {
      assertThat(tokens.of("A red bird")).containsExactly(1, 2, 4, 5);
    }
    for (int length = 0; length < whole.length(); length++) {
      byte[] cut = whole.substring(0, length).getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> Tokens.open(cut, 0, false)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aTokenizerWithoutANumberForTheUnknownIsRefusedBeforeItMeetsAny() {
    String small = new String(SMALL, StandardCharsets.UTF_8);
    byte[] without = small.replace("{\"[UNK]\": 0, ", "{").getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> Tokens.open(without, 0, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("[UNK]");
  }

  @Test
  void whatIsNoTokenizerIsAnError() {
    assertThatThrownBy(() -> Tokens.open("{\"a\":1}".getBytes(StandardCharsets.UTF_8), 0, false))
        .isInstanceOf(IOException.class);
  }

  private static Tokens few() {
    try {
      return Tokens.open(tokenizer(), 20, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] tokenizer() throws IOException {
    return Files.readAllBytes(OnnxModels.miniLmTokenizer());
  }
}
