// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import java.nio.ByteBuffer;

/** Numbers of NumPy's types, in double precision. */
final class NpyNumbers {
  private NpyNumbers() {}

  /** Reads numbers of one type. */
  @FunctionalInterface
  interface Reader {
    /** The number at an index in bytes. */
    double at(ByteBuffer buffer, int at);
  }

  /**
   * Returns what reads numbers of a type, exact except for integers beyond 2^53.
   *
   * @param type NumPy's name of the type, such as {@code f4}
   */
  static Reader of(String type) {
    return switch (type) {
      case "f2" -> (buffer, at) -> half(buffer.getShort(at));
      case "f4" -> ByteBuffer::getFloat;
      case "f8" -> ByteBuffer::getDouble;
      case "i1" -> ByteBuffer::get;
      case "u1" -> (buffer, at) -> Byte.toUnsignedInt(buffer.get(at));
      case "i2" -> ByteBuffer::getShort;
      case "u2" -> (buffer, at) -> Short.toUnsignedInt(buffer.getShort(at));
      case "i4" -> ByteBuffer::getInt;
      case "u4" -> (buffer, at) -> Integer.toUnsignedLong(buffer.getInt(at));
      case "i8" -> ByteBuffer::getLong;
      case "u8" -> (buffer, at) -> unsigned(buffer.getLong(at));
      case "b1" -> (buffer, at) -> buffer.get(at) == 0 ? 0 : 1;
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
