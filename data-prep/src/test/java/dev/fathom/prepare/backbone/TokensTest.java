// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokensTest {
  private static final ObjectMapper JSON = new ObjectMapper();

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

  @Test
  void whatIsNoTokenizerIsAnError() {
    assertThatThrownBy(() -> Tokens.open("{\"a\":1}".getBytes(StandardCharsets.UTF_8), 0, false))
        .isInstanceOf(IOException.class);
  }

  private static byte[] tokenizer() throws IOException {
    return Files.readAllBytes(OnnxModels.miniLmTokenizer());
  }
}
