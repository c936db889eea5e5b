// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * A digest of 128 bits of the content of one side of a pair: equal for equal content, and different
 * for different content unless someone forged it.
 */
@DefaultSerializer(JavaSerializer.class)
public record Digest(long high, long low) implements Serializable {

  /** The digest of bytes. */
  public static Digest of(byte[] content) {
    long[] hash = MurmurHash3.hash128x64(content);
    return new Digest(hash[0], hash[1]);
  }

  /** The digest of a text, by its UTF-8. */
  public static Digest of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The digest of numbers, by their bits. */
  public static Digest of(double[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
    bytes.asDoubleBuffer().put(values);
    return of(bytes.array());
  }

  /** The digest of two contents together, in this order. */
  public Digest with(Digest other) {
    return of(
        ByteBuffer.allocate(4 * Long.BYTES)
            .putLong(high)
            .putLong(low)
            .putLong(other.high)
            .putLong(other.low)
            .array());
  }

  /** Returns the digest whose {@link #bytes} these are. */
  public static Digest read(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Digest(buffer.getLong(), buffer.getLong());
  }

  /** The digest's 16 bytes. */
  public byte[] bytes() {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }
}
