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

/** Where rows went. */
@DefaultSerializer(JavaSerializer.class)
final class Tally implements Serializable {
  private final EnumMap<Split, Long> pairs = new EnumMap<>(Split.class);
  private final EnumMap<Split, Long> bytes = new EnumMap<>(Split.class);
  private final TreeMap<String, Long> rejects = new TreeMap<>();
  private long hidden;

  /** Counts one row, or what is none. */
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

  /** Takes in another tally. */
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

  /** How many files were passed over, which are no rows. */
  long hidden() {
    return hidden;
  }

  /** How many rows are pairs. */
  long kept() {
    return pairs.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many pairs a split has. */
  long pairs(Split split) {
    return pairs.getOrDefault(split, 0L);
  }

  /** How many bytes the pairs of a split take before compression. */
  long bytes(Split split) {
    return bytes.getOrDefault(split, 0L);
  }

  /** How many rows were rejected, by the code of the reason. */
  Map<String, Long> rejects() {
    return new TreeMap<>(rejects);
  }
}
