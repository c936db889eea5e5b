// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The card of a dataset: {@code dataset.json}.
 *
 * @param schemaVersion the version of this contract, {@link #SCHEMA_VERSION}
 * @param source source of the pairs: a path, or the name of a built-in source
 * @param fingerprint digest of the input and the settings that made the dataset
 * @param seed seed of every random choice
 * @param knownDimension the true number of shared dimensions, if the source knows it
 * @param shuffledPairs whether the pairing was destroyed on purpose, as a control
 * @param x the first side
 * @param y the second side
 * @param counts numbers of rows read, rejected and placed in each split
 * @param rejects number of rejected rows, by reason
 * @param duplicates numbers of kept pairs that repeat an earlier pair, or a side of one
 * @param settings settings that determine the form of a pair; pairs that are appended must be made
 *     by the same settings
 * @param parts the inputs that were read, in the order in which they were added
 */
public record DatasetCard(
    int schemaVersion,
    String source,
    String fingerprint,
    long seed,
    Optional<Integer> knownDimension,
    boolean shuffledPairs,
    Side x,
    Side y,
    Counts counts,
    Map<String, Long> rejects,
    Duplicates duplicates,
    String settings,
    List<Part> parts) {

  /** The version of the card that this code writes and reads. */
  public static final int SCHEMA_VERSION = 1;

  /** Fills in fields that cards of earlier builds lack. */
  public DatasetCard {
    duplicates = duplicates == null ? new Duplicates(0, 0, 0) : duplicates;
    settings = settings == null ? "" : settings;
    parts = parts == null ? List.of() : List.copyOf(parts);
  }

  /** Numbers of rows: {@code read = rejected + train + validation + test}. */
  public record Counts(long read, long rejected, long train, long validation, long test) {

    /** Number of pairs. */
    @JsonIgnore
    public long kept() {
      return read - rejected;
    }

    /** Adds other counts to these. */
    Counts plus(Counts other) {
      return new Counts(
          read + other.read,
          rejected + other.rejected,
          train + other.train,
          validation + other.validation,
          test + other.test);
    }
  }

  /**
   * Numbers of pairs that repeat the content of an earlier pair of their part, byte by byte.
   *
   * @param x pairs whose first side is that of an earlier pair
   * @param y pairs whose second side is that of an earlier pair
   * @param pairs pairs both of whose sides are those of one earlier pair
   */
  public record Duplicates(long x, long y, long pairs) implements Serializable {

    /** Adds other numbers to these. */
    Duplicates plus(Duplicates other) {
      return new Duplicates(x + other.x, y + other.y, pairs + other.pairs);
    }
  }

  /**
   * A part of a dataset: the input of one {@code prepare}.
   *
   * @param source source of the pairs
   * @param fingerprint digest of the input and the settings
   * @param counts numbers of rows read, rejected and placed in each split
   */
  public record Part(String source, String fingerprint, Counts counts) {}

  /** The card of this dataset with another part. */
  public DatasetCard plus(DatasetCard part) {
    Map<String, Long> all = new TreeMap<>(rejects);
    part.rejects.forEach((reason, count) -> all.merge(reason, count, Long::sum));
    List<Part> added = new ArrayList<>(parts);
    added.addAll(part.parts);
    return new DatasetCard(
        schemaVersion,
        source,
        fingerprint + "+" + part.fingerprint,
        seed,
        knownDimension,
        shuffledPairs,
        x,
        y,
        counts.plus(part.counts),
        all,
        duplicates.plus(part.duplicates),
        settings,
        added);
  }
}
