// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.fathom.prepare.Corpus;
import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import dev.fathom.prepare.reject.RejectedRowException;
import dev.fathom.settings.Settings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;

/** Whatever is done to an input, its parser ends, and says what it could not read. */
class SourceFuzzTest {
  private static final int MOST_ROWS = 1000;
  private static final InputSettings INPUT =
      InputSettings.of(
          Settings.of("", List.of(), List.of("input.label=json.label", "input.maxFileSize=2000")));
  private static final TarSamples.SampleLayout LAYOUT = TarSamples.SampleLayout.of(INPUT);
  private static final byte[] TAR = tar();
  private static final byte[] GZIP = gzip(TAR);
  private static final byte[] COCO =
      """
      {"info": {"x": [1, {}]}, "images": [{"id": 1, "file_name": "a.png"}, {"id": 2}, 3],
       "annotations": [{"image_id": 1, "caption": "one"}, {"image_id": 7, "caption": "two"}]}
      """
          .getBytes(StandardCharsets.UTF_8);

  @Fuzz
  void aTarOfAnyBytesIsReadToItsEnd(@ForAll long seed) {
    readSamples(Damage.done(TAR, seed));
  }

  @Fuzz
  void aPackedTarOfAnyBytesIsReadToItsEnd(@ForAll long seed) {
    readSamples(Damage.done(GZIP, seed));
  }

  private static void readSamples(byte[] tar) {
    TarSamples samples = new TarSamples(new ByteArrayInputStream(tar), "s", 0, LAYOUT);
    long last = -1;
    int rows = 0;
    while (samples.hasNext()) {
      RawRow row = samples.next();
      assertThat(row.key()).startsWith("s");
      assertThat(row.ordinal()).isGreaterThan(last);
      last = row.ordinal();
      assertThat(++rows).isLessThan(MOST_ROWS);
    }
  }

  @Fuzz
  void cocoOfAnyBytesIsReadOrRefused(@ForAll long seed) {
    try (JsonParser parser = new JsonFactory().createParser(Damage.done(COCO, seed))) {
      CocoPairs.Lists lists = CocoPairs.Lists.read(parser);
      for (RawRow row : lists.rows("folder", INPUT)) {
        assertThat(row.key()).isNotEmpty();
      }
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  @Fuzz
  void aCellIsANumberOrRejected(@ForAll long seed) {
    Random random = new Random(seed);
    String cell =
        new String(
            Damage.done(
                Double.toString(Double.longBitsToDouble(random.nextLong()))
                    .getBytes(StandardCharsets.US_ASCII),
                seed),
            StandardCharsets.ISO_8859_1);
    try {
      double[] values = Numbers.parse(List.of(cell));
      assertThat((float) values[0]).isFinite();
    } catch (RejectedRowException e) {
      assertThat(e.reason()).isNotNull();
    }
  }

  private static byte[] tar() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a.png", "not looked into".getBytes(StandardCharsets.UTF_8));
    entries.put("a.txt", "a caption".getBytes(StandardCharsets.UTF_8));
    entries.put("./._a.png", new byte[40]);
    entries.put("__MACOSX/a.txt", new byte[40]);
    entries.put("a.v1.png", new byte[40]);
    entries.put("b/c.jpg", new byte[700]);
    entries.put(
        "b/c.json", "{\"caption\": [\"x\", \"y\"], \"label\": 3}".getBytes(StandardCharsets.UTF_8));
    entries.put("long".repeat(40) + ".txt", "a long name".getBytes(StandardCharsets.UTF_8));
    return Corpus.tar(entries);
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
      packed.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
