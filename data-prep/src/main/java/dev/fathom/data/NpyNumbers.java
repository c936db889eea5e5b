// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import java.nio.ByteBuffer;

/** Numbers of NumPy's types, in double precision. */
final class NpyNumbers {
  private NpyNumbers() {}

  /**
   * The number at an index in bytes, exact except for integers beyond 2^53.
   *
   * @param type NumPy's name of the number's type, such as {@code f4}
   */
  static double at(ByteBuffer buffer, int at, String type) {
    return switch (type) {
      case "f2" -> half(buffer.getShort(at));
      case "f4" -> buffer.getFloat(at);
      case "f8" -> buffer.getDouble(at);
      case "i1" -> buffer.get(at);
      case "u1" -> Byte.toUnsignedInt(buffer.get(at));
      case "i2" -> buffer.getShort(at);
      case "u2" -> Short.toUnsignedInt(buffer.getShort(at));
      case "i4" -> buffer.getInt(at);
      case "u4" -> Integer.toUnsignedLong(buffer.getInt(at));
      case "i8" -> buffer.getLong(at);
      case "u8" -> unsigned(buffer.getLong(at));
      case "b1" -> buffer.get(at) == 0 ? 0 : 1;
      default -> throw new IllegalStateException(type);
    };
  }

  /** Converts an IEEE 754 binary16 number. */
  private static float half(short bits) {
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
        };
    return bits < 0 ? -magnitude : magnitude;
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }
}
