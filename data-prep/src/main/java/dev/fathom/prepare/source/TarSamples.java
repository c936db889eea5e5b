// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.data.TextEncoding;
import dev.fathom.error.Causes;
import dev.fathom.prepare.reject.RejectReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
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
import org.apache.commons.lang3.StringUtils;

/**
 * The samples of one tar, read as a stream. An entry's name is cut at the first dot of its last
 * part: the text before it names the sample, the text after it says which part of the sample the
 * entry holds. Names are never used as paths. If the archive breaks off, one last broken row says
 * so.
 */
final class TarSamples implements Iterator<RawRow> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TEXT_ENDINGS = List.of("txt", "caption", "json");
  private static final List<String> TEXT_FIELDS = List.of("caption", "text");
  private static final int ROWS_OF_A_SHARD_BITS = 36;
  private static final int NAMES_SHOWN = 2;

  private final String shard;
  private final SampleLayout layout;
  private final TarStream tar;
  private long ordinal;
  private long entries;
  private final Deque<RawRow> ready = new ArrayDeque<>();
  private boolean ended;

  /** Whether an entry is being read; if that fails, its sample is incomplete. */
  private boolean within;

  /** The key of the sample that is being gathered. */
  private Optional<String> key = Optional.empty();

  private final Map<String, RawValue> gathered = new HashMap<>();

  /** The names of the first entries, for messages. */
  private final List<String> names = new ArrayList<>();

  private long hidden;

  /**
   * The entries of a sample that hold one side.
   *
   * @param endings extensions of the entries that may hold it; the first that exists counts
   * @param fields fields of a JSON entry that may hold it; the first that exists counts
   */
  record Member(List<String> endings, List<String> fields, SourceSide side)
      implements Serializable {

    /** Parses a specification such as {@code jpg}, {@code jpg;png} or {@code json.caption}. */
    static Member of(String named) {
      List<String> endings =
          List.of(StringUtils.split(named.toLowerCase(Locale.ROOT), ';')).stream()
              .map(ending -> StringUtils.substringBefore(ending, "."))
              .toList();
      String field = StringUtils.substringAfter(named, ".");
      boolean picture = endings.stream().anyMatch(PictureNames.ENDINGS::contains);
      return new Member(
          endings,
          field.isEmpty() ? TEXT_FIELDS : List.of(field),
          picture ? SourceSide.IMAGE : SourceSide.TEXT);
    }
  }

  /** What is read of a sample, and the limits on its size. */
  record SampleLayout(
      Member x,
      Member y,
      List<Member> label,
      int maxFileSize,
      long maxEntries,
      Captions captions,
      long seed,
      TextEncoding encoding)
      implements Serializable {

    static SampleLayout of(InputSettings input) {
      return new SampleLayout(
          input
              .x()
              .map(Member::of)
              .orElseGet(() -> new Member(PictureNames.ENDINGS, List.of(), SourceSide.IMAGE)),
          input
              .y()
              .map(Member::of)
              .orElseGet(() -> new Member(TEXT_ENDINGS, TEXT_FIELDS, SourceSide.TEXT)),
          input.label().map(Member::of).stream().toList(),
          input.maxFileSize(),
          input.maxEntries(),
          input.captions(),
          input.seed(),
          input.encoding());
    }

    boolean reads(String ending) {
      return x.endings.contains(ending)
          || y.endings.contains(ending)
          || label.stream().anyMatch(part -> part.endings.contains(ending));
    }
  }

  /**
   * Starts to read samples.
   *
   * @param in a tar, plain or gzip, which is closed at its end
   * @param shard prefix of the keys
   * @param number number of the shard, for the positions of its rows
   */
  TarSamples(InputStream in, String shard, int number, SampleLayout layout) {
    this.shard = shard;
    this.layout = layout;
    ordinal = (long) number << ROWS_OF_A_SHARD_BITS;
    TarStream opened;
    try {
      opened = TarStream.of(in);
    } catch (IOException e) {
      opened = TarStream.nothing();
      broken(RejectReason.BROKEN_ARCHIVE, Causes.told(e));
      ended = true;
    }
    tar = opened;
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
        if (tar.endsEarly()) {
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
    } catch (TarStream.StorageFailure e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (within) {
        key = Optional.empty();
      }
      finish();
      end();
      broken(RejectReason.BROKEN_ARCHIVE, Causes.told(e));
    }
  }

  private void broken(RejectReason reason, String detail) {
    ready.add(
        new RawRow.Broken("%s, entry %d".formatted(shard, entries), ordinal++, reason, detail));
  }

  private void end() {
    ended = true;
    if (hidden > 0) {
      ready.add(new RawRow.Hidden(shard, ordinal++, hidden));
    }
    try {
      tar.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gathers an entry; if it begins another sample, the previous one is complete. */
  private void take(TarArchiveEntry entry) throws IOException {
    if (!entry.isFile()) {
      return;
    }
    String name = entry.getName();
    if (HiddenFiles.isHidden(name)) {
      hidden++;
      return;
    }
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
    if (names.size() < NAMES_SHOWN) {
      names.add(name);
    }
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

  /** Completes the current sample, if there is one. */
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
    names.clear();
  }

  private RawValue value(Member part, String name) {
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
        "no entry %s.%s: the sample has %s; %s"
            .formatted(
                name,
                String.join(", .", part.endings()),
                String.join(" and ", names),
                isCutEarly(part)
                    ? "its key ends at the first dot of a name, so names must have no other before the ending"
                    : "the parts of a sample must stand together in the tar"));
  }

  /** Whether the sample has the entry, but dots within its names hide it. */
  private boolean isCutEarly(Member part) {
    return names.stream()
        .anyMatch(
            entry -> {
              String ending =
                  StringUtils.substringAfter(StringUtils.substringAfterLast("/" + entry, "/"), ".");
              return ending.contains(".")
                  && part.endings()
                      .contains(
                          StringUtils.substringAfterLast(ending, ".").toLowerCase(Locale.ROOT));
            });
  }

  private RawValue field(byte[] json, Member part, String name) {
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
      return new RawValue.Unusable(RejectReason.UNREADABLE_ROW, Causes.told(e));
    }
  }

  private String text(RawValue value) {
    if (value instanceof RawValue.Caption caption) {
      return caption.text().strip();
    }
    return value instanceof RawValue.CaptionContent content
        ? layout.encoding().readable(content.content()).strip()
        : "";
  }
}
