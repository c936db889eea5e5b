// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.prepare.reject.RejectReason;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.ChecksumException;

/**
 * The samples of one tar, read as a stream. An entry's name is cut at the first dot of its last
 * part: what is before names the sample, what is after tells what of it the entry holds. Names are
 * never used as paths. Where the archive breaks off there is one last broken row that says so.
 */
final class TarSamples implements Iterator<RawRow> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TEXT_ENDINGS = List.of("txt", "caption", "json");
  private static final List<String> TEXT_FIELDS = List.of("caption", "text");
  private static final int ROWS_OF_A_SHARD_BITS = 36;

  private final String shard;
  private final Layout layout;
  private final Tar tar;
  private long ordinal;
  private long entries;
  private final Deque<RawRow> ready = new ArrayDeque<>();
  private boolean ended;

  /** Whether an entry is being read, whose sample is cut off if that fails. */
  private boolean within;

  /** The sample that is being gathered: its key and what was read of it by ending. */
  private Optional<String> key = Optional.empty();

  private final Map<String, RawValue> gathered = new HashMap<>();

  /**
   * What of a sample a side is.
   *
   * @param endings of the entries that may hold it, the first that is there counts
   * @param fields of a JSON entry that may hold it, likewise
   */
  record Part(List<String> endings, List<String> fields, SourceSide side) implements Serializable {

    /** Of {@code jpg}, {@code jpg;png}, {@code json.caption}. */
    static Part of(String named) {
      List<String> endings =
          List.of(StringUtils.split(named.toLowerCase(Locale.ROOT), ';')).stream()
              .map(ending -> StringUtils.substringBefore(ending, "."))
              .toList();
      String field = StringUtils.substringAfter(named, ".");
      boolean picture = endings.stream().anyMatch(PictureNames.ENDINGS::contains);
      return new Part(
          endings,
          field.isEmpty() ? TEXT_FIELDS : List.of(field),
          picture ? SourceSide.IMAGE : SourceSide.TEXT);
    }
  }

  /** What is read of a sample, and how much at most. */
  record Layout(
      Part x,
      Part y,
      List<Part> label,
      int maxFileSize,
      long maxEntries,
      Captions captions,
      long seed)
      implements Serializable {

    static Layout of(InputSettings input) {
      return new Layout(
          input
              .x()
              .map(Part::of)
              .orElseGet(() -> new Part(PictureNames.ENDINGS, List.of(), SourceSide.IMAGE)),
          input
              .y()
              .map(Part::of)
              .orElseGet(() -> new Part(TEXT_ENDINGS, TEXT_FIELDS, SourceSide.TEXT)),
          input.label().map(Part::of).stream().toList(),
          input.maxFileSize(),
          input.maxEntries(),
          input.captions(),
          input.seed());
    }

    boolean reads(String ending) {
      return x.endings.contains(ending)
          || y.endings.contains(ending)
          || label.stream().anyMatch(part -> part.endings.contains(ending));
    }
  }

  /**
   * Reads samples.
   *
   * @param in a tar, plain or gzip, which is closed at its end
   * @param shard what keys begin with
   * @param number of the shard, for the places of its rows
   */
  TarSamples(InputStream in, String shard, int number, Layout layout) {
    this.shard = shard;
    this.layout = layout;
    ordinal = (long) number << ROWS_OF_A_SHARD_BITS;
    InputStream unpacked = InputStream.nullInputStream();
    try {
      unpacked = unpacked(new Stored(in));
    } catch (IOException e) {
      broken(RejectReason.BROKEN_ARCHIVE, e.toString());
      ended = true;
    }
    tar = new Tar(unpacked);
  }

  private static InputStream unpacked(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(2);
    int first = buffered.read();
    int second = buffered.read();
    buffered.reset();
    return first == 0x1f && second == 0x8b
        ? new GzipCompressorInputStream(buffered, true)
        : buffered;
  }

  /**
   * What storage could not deliver says nothing of the archive: the task fails and is tried again.
   */
  private static final class StorageFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StorageFailure(IOException cause) {
      super(cause);
    }
  }

  /** The bytes as they are stored; only wrong checksums are of the content. */
  private static final class Stored extends FilterInputStream {
    Stored(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (ChecksumException e) {
        throw e;
      } catch (IOException e) {
        throw new StorageFailure(e);
      }
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      try {
        return in.read(to, offset, length);
      } catch (ChecksumException e) {
        throw e;
      } catch (IOException e) {
        throw new StorageFailure(e);
      }
    }
  }

  /** A tar that knows whether it ended as a tar does, with a record of zeros. */
  private static final class Tar extends TarArchiveInputStream {
    private boolean ended;
    private boolean endsEarly;

    Tar(InputStream in) {
      super(in, "UTF-8");
    }

    @Override
    protected byte[] readRecord() throws IOException {
      byte[] record = super.readRecord();
      ended |= record != null && isEOFRecord(record);
      endsEarly = record == null && !ended;
      return record;
    }
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && !ended) {
      step();
    }
    return !ready.isEmpty();
  }

  @Override
  public RawRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  /** Reads an entry. */
  private void step() {
    try {
      TarArchiveEntry entry = tar.getNextTarEntry();
      if (entry == null) {
        finish();
        end();
        if (tar.endsEarly) {
          broken(RejectReason.BROKEN_ARCHIVE, "it ends without an end");
        }
      } else if (++entries > layout.maxEntries()) {
        finish();
        end();
        broken(
            RejectReason.TOO_MANY_ENTRIES, "more than %d entries".formatted(layout.maxEntries()));
      } else {
        take(entry);
      }
    } catch (StorageFailure e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (within) {
        key = Optional.empty();
      }
      finish();
      end();
      broken(RejectReason.BROKEN_ARCHIVE, e.toString());
    }
  }

  private void broken(RejectReason reason, String detail) {
    ready.add(
        new RawRow.Broken("%s, entry %d".formatted(shard, entries), ordinal++, reason, detail));
  }

  private void end() {
    ended = true;
    try {
      tar.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gathers an entry; where it begins another sample, the one before is complete. */
  private void take(TarArchiveEntry entry) throws IOException {
    if (!entry.isFile()) {
      return;
    }
    String name = entry.getName();
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    if (dot < 0) {
      return;
    }
    String of = name.substring(0, dot);
    String ending = name.substring(dot + 1).toLowerCase(Locale.ROOT);
    if (key.isPresent() && (!key.get().equals(of) || gathered.containsKey(ending))) {
      finish();
    }
    key = Optional.of(of);
    if (layout.reads(ending)) {
      gathered.put(ending, value(entry, ending));
    }
  }

  private RawValue value(TarArchiveEntry entry, String ending) throws IOException {
    if (entry.getSize() > layout.maxFileSize() || entry.isSparse()) {
      return new RawValue.Unusable(
          RejectReason.TOO_MANY_BYTES,
          "%s has %d bytes, %d at most"
              .formatted(entry.getName(), entry.getSize(), layout.maxFileSize()));
    }
    within = true;
    byte[] content = tar.readNBytes(layout.maxFileSize() + 1);
    if (content.length != entry.getSize()) {
      throw new IOException("the archive ends within " + entry.getName());
    }
    within = false;
    return PictureNames.ENDINGS.contains(ending)
        ? new RawValue.ImageContent(entry.getName(), content)
        : new RawValue.CaptionContent(content);
  }

  /** Completes the sample that was begun, if one was. */
  private void finish() {
    if (key.isPresent()) {
      String name = key.get();
      ready.add(
          new RawRow.Pair(
              shard + "/" + name,
              ordinal++,
              value(layout.x(), name),
              value(layout.y(), name),
              layout.label().stream().map(part -> text(value(part, name))).findFirst().orElse(""),
              ""));
    }
    key = Optional.empty();
    gathered.clear();
  }

  private RawValue value(Part part, String name) {
    for (String ending : part.endings()) {
      RawValue value = gathered.get(ending);
      if (value != null) {
        return ending.equals("json") && value instanceof RawValue.CaptionContent content
            ? field(content.content(), part, name)
            : value;
      }
    }
    return new RawValue.Unusable(
        RejectReason.MISSING_VALUE,
        "no entry %s.%s".formatted(name, String.join(", .", part.endings())));
  }

  private RawValue field(byte[] json, Part part, String name) {
    try {
      JsonNode root = JSON.readTree(json);
      for (String field : part.fields()) {
        JsonNode value = root == null ? null : root.get(field);
        if (value != null && value.isArray() && !value.isEmpty()) {
          List<String> all = new ArrayList<>();
          value.forEach(caption -> all.add(caption.asText()));
          Captions one = layout.captions() == Captions.ALL ? Captions.FIRST : layout.captions();
          return new RawValue.Caption(one.of(all, layout.seed(), shard + "/" + name).get(0));
        }
        if (value != null && value.isValueNode() && !value.isNull()) {
          return new RawValue.Caption(value.asText());
        }
      }
      return new RawValue.Unusable(
          RejectReason.MISSING_VALUE,
          "%s.json has no %s".formatted(name, String.join(" or ", part.fields())));
    } catch (JsonProcessingException e) {
      return new RawValue.Unusable(RejectReason.UNREADABLE_ROW, e.getOriginalMessage());
    } catch (IOException e) {
      return new RawValue.Unusable(RejectReason.UNREADABLE_ROW, e.toString());
    }
  }

  private static String text(RawValue value) {
    if (value instanceof RawValue.Caption caption) {
      return caption.text().strip();
    }
    return value instanceof RawValue.CaptionContent content
        ? new String(content.content(), StandardCharsets.UTF_8).strip()
        : "";
  }
}
