// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.reject;

import java.util.Locale;

/** The reason why a row was rejected. The codes are stable, so they can be grouped by. */
public enum RejectReason {
  /** The row has fewer or more cells than its file's header, or than the first row. */
  RAGGED_ROW,
  /** The row is not in the form of its file: broken JSON. */
  UNREADABLE_ROW,
  /** A cell that the pair needs is absent. */
  MISSING_VALUE,
  /** A cell that the pair needs holds a text for an empty cell, such as {@code NaN}. */
  NULL_VALUE,
  /** A cell of a vector is not a finite number. */
  BAD_NUMBER,
  /** An earlier row has the same key. */
  DUPLICATE_KEY,
  /** The file does not exist. */
  MISSING_FILE,
  /** The file is on the network, and the settings do not allow fetching it. */
  REMOTE_FILE,
  /** The picture or the caption has more bytes than are allowed. */
  TOO_MANY_BYTES,
  /** The picture has more pixels than is safe to decode. */
  TOO_MANY_PIXELS,
  /** The file exists but cannot be read. */
  UNREADABLE_FILE,
  /** The picture cannot be decoded. */
  UNREADABLE_IMAGE,
  /** The caption has no words. */
  EMPTY_TEXT,
  /** The caption is not in the named encoding, or cannot be tokenised. */
  UNREADABLE_TEXT,
  /** The caption has more characters than are allowed. */
  TOO_MANY_CHARACTERS,
  /** The archive is truncated or broken from here on. */
  BROKEN_ARCHIVE,
  /** The archive has more entries than are allowed. */
  TOO_MANY_ENTRIES,
  /** The tool that downloaded the rows marked this one as failed. */
  NOT_DOWNLOADED,
  /** The resized picture has another shape than most. */
  OTHER_SHAPE,
  /** Both sides repeat those of one earlier pair, byte by byte. */
  DUPLICATE_PAIR,
  /** The same picture is in another split, in an earlier part. */
  STRADDLES_SPLITS;

  /** The code as it is written to {@code rejects/} and to the card. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
