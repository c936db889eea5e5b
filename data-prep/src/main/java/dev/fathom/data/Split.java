// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

/** The three parts of a dataset. */
public enum Split {
  TRAIN("train"),
  VALIDATION("val"),
  TEST("test");

  private final String directory;

  Split(String directory) {
    this.directory = directory;
  }

  /** The value of the {@code split} partition column. */
  public String directory() {
    return directory;
  }
}
