// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.leptonica.global.lept;

/**
 * Mutes C's standard error while native code decodes. libjpeg prints errors in pictures there, and
 * Leptonica, which calls it, has no setting to redirect them: its own switch is only for its own
 * messages. Messages of other native code in that moment are lost as well. Java's standard error is
 * not affected. Where a platform has no such variable nothing is done.
 */
final class NativeErrors {
  private static final PointerPointer<Pointer> VARIABLE = variable();
  private static final Pointer NOWHERE =
      VARIABLE == null ? null : lept.fopenWriteStream("/dev/null", "w");

  private static int muted;
  private static Pointer voice;

  private NativeErrors() {}

  /** The variable under its name in glibc or on macOS. */
  private static PointerPointer<Pointer> variable() {
    for (String name : new String[] {"stderr", "__stderrp"}) {
      Pointer address = Loader.addressof(name);
      if (address != null && !address.isNull()) {
        return new PointerPointer<>(address);
      }
    }
    return null;
  }

  /** Mutes standard error until every caller has unmuted it. */
  static synchronized void mute() {
    if (NOWHERE != null && muted++ == 0) {
      voice = VARIABLE.get(0);
      VARIABLE.put(0, NOWHERE);
    }
  }

  static synchronized void unmute() {
    if (NOWHERE != null && --muted == 0) {
      VARIABLE.put(0, voice);
    }
  }
}
