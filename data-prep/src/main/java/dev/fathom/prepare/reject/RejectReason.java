// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.reject;

import java.util.Locale;

/** Why a row was left out; the codes are stable, to group by. */
public enum RejectReason {
  /** The row has fewer or more cells than its file's header, or than the first row. */
  RAGGED_ROW,
  /** The row is not in the form of its file: broken JSON. */
  UNREADABLE_ROW,
  /** A cell that the pair needs is absent. */
  MISSING_VALUE,
  /** A cell that the pair needs says that there is nothing, such as {@code NaN}. */
  NULL_VALUE,
  /** A cell of a vector is not a finite number. */
  BAD_NUMBER,
  /** An earlier row has the same key. */
  DUPLICATE_KEY,
  /** The file is not there. */
  MISSING_FILE,
  /** The file is on the network, and nobody said that it may be fetched. */
  REMOTE_FILE,
  /** The picture or the caption has more bytes than are allowed. */
  TOO_MANY_BYTES,
  /** The picture has more pixels than is safe to decode. */
  TOO_MANY_PIXELS,
  /** The file is there and cannot be read. */
  UNREADABLE_FILE,
  /** The picture cannot be decoded. */
  UNREADABLE_IMAGE,
  /** The caption has no words. */
  EMPTY_TEXT,
  /** The caption is not in the encoding that was named, or cannot be cut into words. */
  UNREADABLE_TEXT,
  /** The caption has more characters than are allowed. */
  TOO_MANY_CHARACTERS,
  /** The archive breaks off or is no archive from here on. */
  BROKEN_ARCHIVE,
  /** The archive has more entries than are allowed. */
  TOO_MANY_ENTRIES,
  /** Whoever gathered the rows noted that this one could not be had. */
  NOT_DOWNLOADED,
  /** The picture comes out of resizing in another shape than most. */
  OTHER_SHAPE,
  /** Both sides are those of an earlier pair, byte by byte. */
  DUPLICATE_PAIR,
  /** The same picture stands in another split, in a part that was there before. */
  STRADDLES_SPLITS;

  /** The code as it is written to {@code rejects/} and to the card. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
