// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.prepare.image.ImageDecoder;
import dev.fathom.prepare.image.ImageSettings;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.RawValue;
import dev.fathom.prepare.text.TextSettings;
import dev.fathom.prepare.text.Words;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import org.apache.commons.io.FilenameUtils;
import org.apache.hadoop.fs.Path;

/**
 * Makes a pair of a row, or says why not. Depends on nothing but the row and the settings. For one
 * thread.
 */
final class RowDecoder {
  private final Rules rules;
  private final Storage storage;
  private final ImageDecoder images;
  private final Words words;

  /**
   * The settings that matter to a row.
   *
   * @param image what pictures become
   * @param text what captions become
   * @param grouped whether rows of one group stay in one split
   * @param maxFileSize bytes of a file that is read
   * @param keyPrefix what keys begin with, so that they differ from those that are there already
   */
  record Rules(
      ImageSettings image, TextSettings text, boolean grouped, int maxFileSize, String keyPrefix)
      implements Serializable {

    static Rules of(PrepareSettings settings, String keyPrefix) {
      return new Rules(
          settings.image(),
          settings.text(),
          settings.input().groupBy().isPresent(),
          settings.input().maxFileSize(),
          keyPrefix);
    }
  }

  RowDecoder(Rules rules, Storage storage) {
    this.rules = rules;
    this.storage = storage;
    images = new ImageDecoder(rules.image());
    words = new Words(rules.text());
  }

  /** What becomes of a row; nothing that is wrong with it is thrown. */
  Outcome decode(RawRow row) {
    String key = rules.keyPrefix() + row.key();
    try {
      if (row instanceof RawRow.Pair pair) {
        return new Outcome.Kept(
            key, row.ordinal(), value(pair.x()), value(pair.y()), pair.label(), group(pair));
      }
      RawRow.Broken broken = (RawRow.Broken) row;
      return rejected(key, broken.reason(), broken.detail());
    } catch (RejectedRowException e) {
      return rejected(key, e.reason(), e.getMessage());
    }
  }

  private static Outcome rejected(String key, RejectReason reason, String detail) {
    return new Outcome.Rejected(key, reason.code(), Secrets.masked(detail));
  }

  /**
   * What decides the split, where rows are grouped. A row without a group goes by its key without
   * folder and ending, so that {@code images/A.png} stays with the rows that are grouped under A.
   */
  private String group(RawRow.Pair pair) {
    if (!rules.grouped()) {
      return "";
    }
    return pair.group().isBlank() ? FilenameUtils.getBaseName(pair.key()) : pair.group();
  }

  private Outcome.SideValue value(RawValue raw) throws RejectedRowException {
    if (raw instanceof RawValue.ImageFile file) {
      return picture(content(path(file.folder(), file.name())), Secrets.masked(file.name()));
    }
    if (raw instanceof RawValue.ImageContent image) {
      requireSize(image.content().length);
      return picture(image.content(), image.name());
    }
    if (raw instanceof RawValue.Picture made) {
      int size = rules.image().size();
      return new Outcome.SideValue(new DecodedValue.Pixels(made.pixels(), size, size), "", null);
    }
    if (raw instanceof RawValue.Caption caption) {
      return text(caption.text());
    }
    if (raw instanceof RawValue.CaptionFile file) {
      return text(Words.decoded(content(path("/", file.file()))));
    }
    if (raw instanceof RawValue.CaptionContent caption) {
      return text(Words.decoded(caption.content()));
    }
    if (raw instanceof RawValue.Unusable unusable) {
      throw new RejectedRowException(unusable.reason(), unusable.detail());
    }
    double[] values = ((RawValue.Numbers) raw).values();
    return new Outcome.SideValue(new DecodedValue.Vector(values), "", Digest.of(values));
  }

  private Outcome.SideValue picture(byte[] content, String name) throws RejectedRowException {
    ImageDecoder.Picture picture = images.decode(content);
    return new Outcome.SideValue(
        new DecodedValue.Pixels(picture.rgb(), picture.height(), picture.width()),
        name,
        Digest.of(content));
  }

  private Outcome.SideValue text(String caption) throws RejectedRowException {
    return new Outcome.SideValue(
        new DecodedValue.Text(new ArrayList<>(words.of(caption))), caption, Digest.of(caption));
  }

  private static Path path(String folder, String name) throws RejectedRowException {
    try {
      return new Path(new Path(folder), name);
    } catch (IllegalArgumentException e) {
      throw new RejectedRowException(RejectReason.MISSING_FILE, "no path: " + e.getMessage());
    }
  }

  private byte[] content(Path file) throws RejectedRowException {
    try (InputStream in = storage.open(file)) {
      byte[] content = in.readNBytes(rules.maxFileSize() + 1);
      requireSize(content.length);
      return content;
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof FileNotFoundException
          ? new RejectedRowException(RejectReason.MISSING_FILE, "%s is not there".formatted(file))
          : new RejectedRowException(RejectReason.UNREADABLE_FILE, e.getCause().toString());
    } catch (IOException | RuntimeException e) {
      throw new RejectedRowException(RejectReason.UNREADABLE_FILE, e.toString());
    }
  }

  private void requireSize(int bytes) throws RejectedRowException {
    if (bytes > rules.maxFileSize()) {
      throw new RejectedRowException(
          RejectReason.TOO_MANY_BYTES, "more than %d bytes".formatted(rules.maxFileSize()));
    }
  }
}
