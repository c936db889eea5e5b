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
  /** A cell of a vector is not a finite number. */
  BAD_NUMBER,
  /** An earlier row has the same key. */
  DUPLICATE_KEY,
  /** The picture file is not there. */
  MISSING_FILE,
  /** The picture file has more bytes than a picture should. */
  TOO_MANY_BYTES,
  /** The picture has more pixels than is safe to decode. */
  TOO_MANY_PIXELS,
  /** The picture file cannot be read or decoded. */
  UNREADABLE_IMAGE,
  /** The caption has no words. */
  EMPTY_TEXT,
  /** The caption cannot be cut into words. */
  UNREADABLE_TEXT;

  /** The code as it is written to {@code rejects/} and to the card. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
