// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.embed.EmbeddingFiles.Card;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.model.SimilarityKind;
import dev.fathom.output.OutputDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingFilesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void theCardThatIsReadIsTheOneThatWasWritten(int known) {
    Card card = card(Optional.of(known).filter(n -> n > 0));

    files().writeCard(card);

    assertThat(files().isCard()).isTrue();
    assertThat(files().readCard()).isEqualTo(card);
  }

  @Test
  void whereTheTrueDimensionIsNotKnownTheCardHoldsNull() throws Exception {
    files().writeCard(card(Optional.empty()));

    assertThat(directory.resolve("_embeddings.json"))
        .content()
        .contains("\"knownDimension\" : null");
  }

  @Test
  void embeddingsThatWereCutOffAreRefused() throws Exception {
    files().writeCard(card(Optional.empty()));
    Files.delete(directory.resolve(OutputDirectory.SUCCESS));

    assertThatThrownBy(() -> files().readCard())
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("run embed again");
  }

  @Test
  void aCardOfAnEarlierBuildKnowsNoEncoders() throws Exception {
    files().writeCard(card(Optional.empty()));
    Path file = directory.resolve("_embeddings.json");
    String earlier =
        Files.readString(file).replaceAll("(?s),\\s*\"encoderX\".*\"encoderY\"[^\n]*", "");
    new Storage(new Configuration())
        .write(files().card(), earlier.getBytes(StandardCharsets.UTF_8));

    assertThat(file).content().doesNotContain("encoder");
    assertThat(files().readCard().encoderX()).isEmpty();
  }

  private static Card card(Optional<Integer> known) {
    return new Card(
        8,
        "pairs.csv",
        known,
        "f",
        SimilarityKind.COSINE,
        List.of(),
        Optional.of("1"),
        Optional.of("2"));
  }

  private EmbeddingFiles files() {
    return new EmbeddingFiles(
        new Storage(new Configuration()), new org.apache.hadoop.fs.Path(directory.toString()));
  }
}
