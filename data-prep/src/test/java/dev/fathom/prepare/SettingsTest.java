// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.PictureEncoding;
import dev.fathom.data.TextEncoding;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.image.ImageSettings;
import dev.fathom.prepare.source.InputSettings;
import dev.fathom.prepare.text.TextSettings;
import dev.fathom.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @TempDir Path temporary;

  @Test
  void theDefaultsAreThoseOfTheReference() {
    PrepareSettings settings = PrepareSettings.of(Settings.defaults());

    assertThat(settings.input().format()).isEqualTo(InputSettings.Format.AUTO);
    assertThat(settings.input().x()).isEmpty();
    assertThat(settings.input().separator()).isEmpty();
    assertThat(settings.input().encoding()).isEqualTo(TextEncoding.UTF_8);
    assertThat(settings.input().nulls()).contains("null", "NaN", "None", "nan");
    assertThat(settings.input().remote()).isFalse();
    assertThat(settings.synthetic().pairs()).isEqualTo(16000);
    assertThat(settings.image())
        .isEqualTo(
            new ImageSettings(32, ImageSettings.Resize.BORDER, PictureEncoding.RAW, 50_000_000));
    assertThat(settings.text()).isEqualTo(new TextSettings(8192, 1, 32, 20_000, true));
    assertThat(settings.split()).isEqualTo(new SplitShares(0.75, 0.125, 0.125));
    assertThat(settings.shardSize()).isEqualTo(64L << 20);
    assertThat(settings.seed()).isEqualTo(42);
    assertThat(settings.overwrite()).isFalse();
  }

  @Test
  void formerNamesOfKeysAreTaken() {
    PrepareSettings settings =
        PrepareSettings.of(
            Settings.of("", List.of(), List.of("input.maxEntries=7", "text.maxCharacters=90")));

    assertThat(settings.input().maxEntries()).isEqualTo(7);
    assertThat(settings.text().maxCharacters()).isEqualTo(90);
  }

  @Test
  void theFormOfPairsIsToldByWhatMakesIt() {
    assertThat(PrepareSettings.of(Settings.defaults()).provenance())
        .isEqualTo(
            "dropDuplicates=false shufflePairs=false mismatchedPairs=0.0 standardise=true"
                + " split=0.75/0.125/0.125 groupBy= stratify=false size=32 resize=border"
                + " encoding=raw maxPixels=50000000 vocabularySize=8192 unknownBuckets=1 maxTokens=32"
                + " maxCharacters=20000 clean=true seed=42");
  }

  @Test
  void laterLayersWinOverEarlierOnes() throws IOException {
    Path first = Files.writeString(temporary.resolve("a.conf"), "image.size = 8, input.x = a");
    Path second = Files.writeString(temporary.resolve("b.conf"), "image { size = 16 }");

    PrepareSettings settings =
        PrepareSettings.of(
            Settings.of(
                "scenes",
                List.of(first.toString(), second.toString()),
                List.of("text.maxTokens=5", "text.maxTokens = 6", "input.y=a: b")));

    assertThat(settings.image().size()).isEqualTo(16);
    assertThat(settings.text().maxTokens()).isEqualTo(6);
    assertThat(settings.input().x()).contains("a");
    assertThat(settings.input().y()).contains("a: b");
  }

  @Test
  void anUnknownKeyIsAnErrorThatNamesTheNearest() {
    assertThatThrownBy(() -> Settings.of("", List.of(), List.of("image.sise=3")))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessage("--set: there is no key image.sise; did you mean image.size?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image.size=large",
        "image.size=0",
        "image.resize=stretch",
        "image.encoding=gif",
        "image.maxPixels=0",
        "input.captions=some",
        "input.charset=ANSI",
        "input.separator=\"\\\"\"",
        "input.nulls=none",
        "input.remote=perhaps",
        "text.clean=some",
        "input.maxFileSize=2g",
        "input.maxEntries=0",
        "split.stratify=maybe",
        "text.unknownBuckets=8192",
        "text.maxCharacters=0",
        "scenes.factors=6",
        "scenes.factors=1",
        "split.train=0.9",
        "split.train=-1",
        "input.pairs=0",
        "input.format=xml",
        "input.maxRejects=2",
        "text.vocabularySize=1",
        "text.maxTokens=2.5",
        "shards.targetSize=many",
        "output.overwrite=perhaps"
      })
  void aValueOutOfItsRangeIsAnErrorThatNamesTheKey(String assignment) {
    assertThatThrownBy(() -> PrepareSettings.of(Settings.of("", List.of(), List.of(assignment))))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(assignment.substring(0, assignment.indexOf('=')));
  }
}
