// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.data.DatasetCard;
import dev.fathom.data.Split;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts of rows by outcome. */
@DefaultSerializer(JavaSerializer.class)
final class Tally implements Serializable {
  private final EnumMap<Split, Long> pairs = new EnumMap<>(Split.class);
  private final EnumMap<Split, Long> bytes = new EnumMap<>(Split.class);
  private final TreeMap<String, Long> rejects = new TreeMap<>();
  private long hidden;

  /** Counts one outcome. */
  Tally add(Outcome outcome) {
    if (outcome instanceof Outcome.Placed placed) {
      pairs.merge(placed.split(), 1L, Long::sum);
      bytes.merge(placed.split(), placed.pair().bytes(), Long::sum);
    } else if (outcome instanceof Outcome.Hidden files) {
      hidden += files.files();
    } else {
      rejects.merge(((Outcome.Rejected) outcome).reason(), 1L, Long::sum);
    }
    return this;
  }

  /** Adds another tally. */
  Tally add(Tally other) {
    other.pairs.forEach((split, count) -> pairs.merge(split, count, Long::sum));
    other.bytes.forEach((split, size) -> bytes.merge(split, size, Long::sum));
    hidden += other.hidden;
    other.rejects.forEach((reason, count) -> rejects.merge(reason, count, Long::sum));
    return this;
  }

  /** The counts of the card. */
  DatasetCard.Counts counts() {
    long rejected = rejects.values().stream().mapToLong(Long::longValue).sum();
    return new DatasetCard.Counts(
        rejected + kept(),
        rejected,
        pairs.getOrDefault(Split.TRAIN, 0L),
        pairs.getOrDefault(Split.VALIDATION, 0L),
        pairs.getOrDefault(Split.TEST, 0L));
  }

  /** The number of skipped files, which are not rows. */
  long hidden() {
    return hidden;
  }

  /** The number of rows that became pairs. */
  long kept() {
    return pairs.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The number of pairs of a split. */
  long pairs(Split split) {
    return pairs.getOrDefault(split, 0L);
  }

  /** Number of bytes of the pairs of a split before compression. */
  long bytes(Split split) {
    return bytes.getOrDefault(split, 0L);
  }

  /** The number of rejected rows by the code of the reason. */
  Map<String, Long> rejects() {
    return new TreeMap<>(rejects);
  }
}
