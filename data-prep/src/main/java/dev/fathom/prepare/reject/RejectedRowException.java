// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.reject;

/**
 * One row cannot become a pair. It has no stack trace, as it is about the data, not the code, and
 * may be thrown for every other row.
 */
public final class RejectedRowException extends Exception {
  private final RejectReason reason;

  /**
   * Creates the rejection of a row.
   *
   * @param reason code of the reason
   * @param detail reason in words
   */
  public RejectedRowException(RejectReason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  /** The code of the reason. */
  public RejectReason reason() {
    return reason;
  }
}
