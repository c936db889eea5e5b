// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.reject;

/**
 * One row cannot become a pair. Carries no stack trace: it tells of the data, not of the code, and
 * may be thrown for every other row.
 */
public final class RejectedRowException extends Exception {
  private final RejectReason reason;

  /**
   * Why a row is left out.
   *
   * @param reason to group by
   * @param detail for a person
   */
  public RejectedRowException(RejectReason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  /** To group by. */
  public RejectReason reason() {
    return reason;
  }
}
