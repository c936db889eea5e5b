// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Backbone;
import dev.fathom.data.Digest;
import dev.fathom.data.Modality;
import dev.fathom.data.PictureEncoding;
import dev.fathom.data.TextEncoding;
import dev.fathom.error.Causes;
import dev.fathom.error.Printable;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.prepare.backbone.Backbones;
import dev.fathom.prepare.backbone.PictureFeatures;
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
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.io.FilenameUtils;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;

/**
 * Makes a pair from a row, or rejects it. The outcome depends only on the row and the settings. Not
 * thread-safe.
 */
final class RowDecoder {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int SHOWN_OF_ADDRESS = 200;

  /** After this many consecutive files that stay unreadable, others are read only once. */
  private static final int MAX_READ_AGAIN = 20;

  private final Rules rules;
  private final Storage storage;
  private final ImageDecoder images;
  private final Words words;
  private final Optional<PictureFeatures> pictureFeatures;
  private final Optional<Backbone> textBackbone;
  private int unreadable;

  /**
   * The settings that affect a row.
   *
   * @param image settings of pictures
   * @param text settings of captions
   * @param grouped whether rows of one group stay in one split
   * @param keyed whether a column names the rows
   * @param maxFileSize largest number of bytes of a file
   * @param encoding encoding of captions without a byte order mark
   * @param nulls texts that mean an empty cell
   * @param remote whether pictures may be fetched from the network
   * @param keyPrefix prefix of all keys, which makes them differ from those of an existing dataset
   */
  record Rules(
      ImageSettings image,
      TextSettings text,
      boolean grouped,
      boolean keyed,
      int maxFileSize,
      TextEncoding encoding,
      List<String> nulls,
      boolean remote,
      String keyPrefix)
      implements Serializable {

    static Rules of(PrepareSettings settings, String keyPrefix) {
      return new Rules(
          settings.image(),
          settings.text(),
          settings.input().groupBy().isPresent(),
          settings.input().key().isPresent(),
          settings.input().maxFileSize(),
          settings.input().encoding(),
          settings.input().nulls(),
          settings.input().remote(),
          keyPrefix);
    }
  }

  RowDecoder(Rules rules, Storage storage, Backbones backbones) {
    this.rules = rules;
    this.storage = storage;
    pictureFeatures = backbones.pictures();
    textBackbone = backbones.of(Modality.TEXT);
    images =
        pictureFeatures
            .map(
                network -> ImageDecoder.of(network.backbone().picture(), rules.image().maxPixels()))
            .orElseGet(() -> new ImageDecoder(rules.image()));
    words = new Words(rules.text());
  }

  /** Decodes a row. A bad row is an outcome, not an exception. */
  Outcome decode(RawRow row) {
    String key = rules.keyPrefix() + row.key();
    if (row instanceof RawRow.Hidden hidden) {
      return new Outcome.Hidden(hidden.files());
    }
    try {
      if (row instanceof RawRow.Pair pair) {
        if (rules.keyed()) {
          requireValue(pair.key());
        }
        return new Outcome.Kept(
            key,
            row.ordinal(),
            value(pair.x()),
            value(pair.y()),
            present(pair.label()),
            group(pair));
      }
      RawRow.Broken broken = (RawRow.Broken) row;
      return rejected(key, broken.reason(), broken.detail());
    } catch (RejectedRowException e) {
      return rejected(key, e.reason(), e.getMessage());
    }
  }

  private static Outcome rejected(String key, RejectReason reason, String detail) {
    return new Outcome.Rejected(key, reason.code(), Printable.line(Secrets.masked(detail)));
  }

  /**
   * The group of a row, if rows are grouped. A row without a group has the group of its key without
   * folder and extension, so {@code images/A.png} stays with the rows of group A.
   */
  private String group(RawRow.Pair pair) {
    if (!rules.grouped()) {
      return "";
    }
    String group = present(pair.group());
    return group.isBlank() ? FilenameUtils.getBaseName(pair.key()) : group;
  }

  /** A text, or an empty one if it means an empty cell. */
  private String present(String text) {
    return rules.nulls().contains(text.strip()) ? "" : text;
  }

  private void requireValue(String text) throws RejectedRowException {
    if (rules.nulls().contains(text.strip())) {
      throw new RejectedRowException(
          RejectReason.NULL_VALUE,
          "'%s' says that there is nothing, by input.nulls".formatted(text.strip()));
    }
  }

  /** Decodes one side of a row. */
  Outcome.SideValue value(RawValue raw) throws RejectedRowException {
    if (raw instanceof RawValue.ImageFile file) {
      requireValue(file.name());
      Optional<RemoteFile> remote = RemoteFile.of(file.folder(), file.name());
      byte[] content =
          remote.isPresent() ? fetched(remote.get()) : content(file.folder(), file.name());
      return picture(content, Secrets.masked(file.name()));
    }
    if (raw instanceof RawValue.ImageContent image) {
      requireSize(image.content().length);
      return picture(image.content(), image.name());
    }
    if (raw instanceof RawValue.Picture made) {
      int size = rules.image().size();
      return new Outcome.SideValue(
          described(new ImageDecoder.Picture(made.pixels(), size, size)), "", null);
    }
    if (raw instanceof RawValue.Caption caption) {
      return text(caption.text());
    }
    if (raw instanceof RawValue.CaptionFile file) {
      return text(decoded(content(path("/", file.file()))));
    }
    if (raw instanceof RawValue.CaptionContent caption) {
      return text(decoded(caption.content()));
    }
    if (raw instanceof RawValue.Unusable unusable) {
      throw new RejectedRowException(unusable.reason(), unusable.detail());
    }
    double[] values = ((RawValue.Numbers) raw).values();
    return new Outcome.SideValue(new DecodedValue.Vector(values), "", Digest.of(values));
  }

  private Outcome.SideValue picture(byte[] content, String name) throws RejectedRowException {
    return new Outcome.SideValue(described(images.decode(content)), name, Digest.of(content));
  }

  /** The pixels, or, with a frozen network, its features and a smaller picture. */
  private DecodedValue described(ImageDecoder.Picture picture) throws RejectedRowException {
    if (pictureFeatures.isEmpty()) {
      return new DecodedValue.Pixels(picture.rgb(), picture.height(), picture.width());
    }
    int size = rules.image().size();
    float[] values = pictureFeatures.get().of(picture);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new RejectedRowException(
            RejectReason.BAD_NUMBER, "image.backbone gives features that are no finite numbers");
      }
    }
    byte[] shown = picture.resized(size, size, Backbone.Filter.LANCZOS).rgb();
    return new DecodedValue.Features(
        values, values.length, PictureEncoding.JPEG.encode(shown, size, size), size);
  }

  private Outcome.SideValue text(String caption) throws RejectedRowException {
    if (caption.indexOf(REPLACEMENT) >= 0) {
      // Spark's readers put this character in the place of bytes that are no text.
      throw undecodable();
    }
    requireValue(caption);
    String cleaned = words.cleaned(caption);
    ArrayList<String> found = new ArrayList<>(words.of(cleaned));
    return new Outcome.SideValue(
        textBackbone
            .<DecodedValue>map(network -> new DecodedValue.Caption(cleaned, network.columns()))
            .orElseGet(() -> new DecodedValue.Text(found)),
        cleaned,
        Digest.of(caption));
  }

  private String decoded(byte[] content) throws RejectedRowException {
    try {
      return rules.encoding().decoded(content);
    } catch (CharacterCodingException e) {
      throw undecodable();
    }
  }

  private RejectedRowException undecodable() {
    return new RejectedRowException(RejectReason.UNREADABLE_TEXT, "the text is " + notDecoded());
  }

  private String notDecoded() {
    return "no %s; input.charset says what it is, such as windows-1252"
        .formatted(rules.encoding().charset());
  }

  /** Fetches a picture from the network, if that is allowed. */
  private byte[] fetched(RemoteFile file) throws RejectedRowException {
    String shown = StringUtils.abbreviate(file.address(), SHOWN_OF_ADDRESS);
    if (!rules.remote()) {
      throw new RejectedRowException(
          RejectReason.REMOTE_FILE,
          "%s is on the network; download the pictures first, as img2dataset does into tar or Parquet files, or let each be fetched by input.remote = true"
              .formatted(shown));
    }
    try {
      byte[] content = file.read(rules.maxFileSize() + 1);
      requireSize(content.length);
      return content;
    } catch (FileNotFoundException e) {
      throw new RejectedRowException(RejectReason.MISSING_FILE, shown + " is not there");
    } catch (IOException e) {
      throw new RejectedRowException(RejectReason.UNREADABLE_FILE, shown + ": " + Causes.told(e));
    }
  }

  /**
   * An accent is part of its letter or a character of its own, and macOS writes file names in the
   * other way.
   */
  private byte[] content(String folder, String name) throws RejectedRowException {
    try {
      return content(path(folder, name));
    } catch (RejectedRowException e) {
      for (Normalizer.Form form : List.of(Normalizer.Form.NFC, Normalizer.Form.NFD)) {
        String other = Normalizer.normalize(name, form);
        if (e.reason() == RejectReason.MISSING_FILE && !other.equals(name)) {
          return content(path(folder, other));
        }
      }
      throw e;
    }
  }

  private static Path path(String folder, String name) throws RejectedRowException {
    try {
      return new Path(new Path(folder), name);
    } catch (IllegalArgumentException e) {
      throw new RejectedRowException(RejectReason.MISSING_FILE, "no path: " + e.getMessage());
    }
  }

  private byte[] content(Path file) throws RejectedRowException {
    try {
      byte[] content = storage.read(file, rules.maxFileSize() + 1, unreadable < MAX_READ_AGAIN);
      unreadable = 0;
      requireSize(content.length);
      return content;
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof FileNotFoundException) {
        throw new RejectedRowException(RejectReason.MISSING_FILE, missing(file));
      }
      unreadable++;
      throw new RejectedRowException(RejectReason.UNREADABLE_FILE, Causes.told(e));
    } catch (RuntimeException e) {
      throw new RejectedRowException(RejectReason.UNREADABLE_FILE, Causes.told(e));
    }
  }

  private String missing(Path file) {
    boolean undecodable = file.toString().indexOf(REPLACEMENT) >= 0;
    return "%s is not there%s"
        .formatted(file, undecodable ? ", and its name is " + notDecoded() : "");
  }

  private void requireSize(int bytes) throws RejectedRowException {
    if (bytes > rules.maxFileSize()) {
      throw new RejectedRowException(
          RejectReason.TOO_MANY_BYTES, "more than %d bytes".formatted(rules.maxFileSize()));
    }
  }
}
