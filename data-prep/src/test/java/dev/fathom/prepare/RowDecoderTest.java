// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.PictureEncoding;
import dev.fathom.data.TextEncoding;
import dev.fathom.files.Storage;
import dev.fathom.prepare.backbone.Backbones;
import dev.fathom.prepare.image.ImageSettings;
import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.RawValue;
import dev.fathom.prepare.text.TextSettings;
import java.awt.Color;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowDecoderTest {
  private static final String DECOMPOSED = "cafe\u0301.png";

  @TempDir Path temporary;

  /** A disk that fails to open a file as often as the file's name says: {@code fails1.png}. */
  public static final class Flaky extends RawLocalFileSystem {
    private static final Map<String, Integer> OPENED = new ConcurrentHashMap<>();

    @Override
    public String getScheme() {
      return "flaky";
    }

    @Override
    public URI getUri() {
      return URI.create("flaky:///");
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path file, int buffer) throws IOException {
      String name = file.getName();
      if (name.equals(DECOMPOSED)) {
        // This JVM may have no locale in which a file has such a name.
        return super.open(new org.apache.hadoop.fs.Path(file.getParent(), "fails0.png"), buffer);
      }
      if (!name.startsWith("fails")) {
        throw new FileNotFoundException(name);
      }
      if (OPENED.merge(file.toString(), 1, Integer::sum) <= name.charAt(5) - '0') {
        throw new IOException("Input/output error");
      }
      return super.open(file, buffer);
    }
  }

  @Test
  void aFileThatFailsForAMomentIsReadAgain() {
    Pictures.write(temporary.resolve("fails0.png"), Color.RED);
    Pictures.write(temporary.resolve("fails1.png"), Color.RED);
    Pictures.write(temporary.resolve("fails9.png"), Color.RED);
    RowDecoder decoder = decoder();

    assertThat(decoder.decode(row("fails0.png"))).isInstanceOf(Outcome.Kept.class);
    assertThat(decoder.decode(row("fails1.png"))).isInstanceOf(Outcome.Kept.class);
    assertThat(Flaky.OPENED).containsEntry(uri("fails1.png"), 2);
    assertThat(decoder.decode(row("fails9.png")))
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            rejected -> assertThat(rejected.reason()).isEqualTo("unreadable-file"));
    assertThat(Flaky.OPENED).containsEntry(uri("fails9.png"), 3);
  }

  @Test
  void aFileThatIsNotThereIsAskedForOnce() {
    assertThat(decoder().decode(row("fails0none.png")))
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            rejected -> assertThat(rejected.reason()).isEqualTo("missing-file"));
    assertThat(Flaky.OPENED).containsEntry(uri("fails0none.png"), 1);
  }

  @Test
  void aNameIsFoundThatIsWrittenByOtherCodePoints() {
    Pictures.write(temporary.resolve("fails0.png"), Color.RED);

    assertThat(decoder().decode(row("caf\u00e9.png"))).isInstanceOf(Outcome.Kept.class);
    assertThat(decoder().decode(row("caf\u00ea.png")))
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            rejected -> assertThat(rejected.detail()).contains("caf", "is not there"));
  }

  private RowDecoder decoder() {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.flaky.impl", Flaky.class, RawLocalFileSystem.class);
    return new RowDecoder(
        new RowDecoder.Rules(
            new ImageSettings(4, ImageSettings.Resize.BORDER, PictureEncoding.RAW, 50_000_000),
            new TextSettings(100, 10, 10, 1000, true),
            false,
            false,
            1 << 20,
            TextEncoding.UTF_8,
            List.of(),
            false,
            ""),
        new Storage(hadoop),
        Backbones.NONE);
  }

  private String uri(String name) {
    return "flaky:" + temporary.resolve(name);
  }

  private RawRow row(String name) {
    return new RawRow.Pair(
        "a",
        1,
        new RawValue.ImageFile("flaky:" + temporary + "/", name),
        new RawValue.Caption("red"),
        "",
        "");
  }
}
