// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.util.Arrays;
import java.util.Random;

/**
 * What happens to files: bits flip, numbers go to their extremes, pieces are lost or come twice.
 */
public final class Damage {
  private static final int[] EXTREMES = {0, 1, 0x7f, 0x80, 0xff, ' ', '0', '9', '"', '{', '/'};

  private Damage() {}

  /** The content after one to six accidents, the same ones for a seed. */
  public static byte[] done(byte[] content, long seed) {
    Random random = new Random(seed);
    byte[] damaged = content.clone();
    for (int accidents = random.nextInt(6); accidents >= 0; accidents--) {
      damaged = once(damaged, random);
    }
    return damaged;
  }

  /** Up to 24 characters of all planes, halves of some among them, the same ones for a seed. */
  public static String text(long seed) {
    Random random = new Random(seed);
    int[] points = new int[random.nextInt(24)];
    for (int i = 0; i < points.length; i++) {
      points[i] =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(0x250);
            case 1 -> 0xe00 + random.nextInt(0x100);
            case 2 -> 0x1f300 + random.nextInt(0x400);
            default -> random.nextInt(0x10ffff);
          };
    }
    return new String(points, 0, points.length);
  }

  private static byte[] once(byte[] content, Random random) {
    if (content.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(content.length);
    int to = Math.min(content.length, at + 1 + random.nextInt(random.nextBoolean() ? 4 : 64));
    byte[] damaged = content.clone();
    switch (random.nextInt(7)) {
      case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> damaged[at] = (byte) EXTREMES[random.nextInt(EXTREMES.length)];
      case 2 -> Arrays.fill(damaged, at, to, (byte) EXTREMES[random.nextInt(EXTREMES.length)]);
      case 3 -> damaged = Arrays.copyOf(content, at);
      case 4 -> {
        damaged = new byte[content.length - (to - at)];
        System.arraycopy(content, 0, damaged, 0, at);
        System.arraycopy(content, to, damaged, at, content.length - to);
      }
      case 5 -> {
        damaged = new byte[content.length + (to - at)];
        System.arraycopy(content, 0, damaged, 0, to);
        System.arraycopy(content, at, damaged, to, content.length - at);
      }
      default -> {
        int other = random.nextInt(content.length);
        System.arraycopy(
            content, other, damaged, at, Math.min(to - at, content.length - Math.max(other, at)));
      }
    }
    return damaged;
  }
}
