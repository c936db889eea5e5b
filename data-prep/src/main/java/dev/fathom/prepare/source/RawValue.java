// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;

/** One side of a pair as its source has it. Arrays are handed over, not copied. */
public sealed interface RawValue extends Serializable {

  /**
   * A picture in a file.
   *
   * @param folder URI of what a relative name is relative to
   * @param name path or URI as the manifest has it
   */
  @DefaultSerializer(JavaSerializer.class)
  record ImageFile(String folder, String name) implements RawValue {}

  /**
   * A picture as its file holds it.
   *
   * @param name to show a person
   * @param content of the file
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  record ImageContent(String name, byte[] content) implements RawValue {}

  /**
   * A picture that is already as the shards store it.
   *
   * @param pixels {@code size × size × 3} bytes, row-major, red green blue
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  record Picture(byte[] pixels) implements RawValue {}

  /**
   * What the source could not read.
   *
   * @param reason to group by
   * @param detail for a person
   */
  @DefaultSerializer(JavaSerializer.class)
  record Unusable(RejectReason reason, String detail) implements RawValue {

    /** A file that should be there and is not. */
    static Unusable missing(String detail) {
      return new Unusable(RejectReason.MISSING_FILE, detail);
    }
  }

  /** A caption. */
  @DefaultSerializer(JavaSerializer.class)
  record Caption(String text) implements RawValue {}

  /**
   * A caption in a file of its own.
   *
   * @param file URI
   */
  @DefaultSerializer(JavaSerializer.class)
  record CaptionFile(String file) implements RawValue {}

  /**
   * A caption as its file holds it.
   *
   * @param content UTF-8
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  record CaptionContent(byte[] content) implements RawValue {}

  /**
   * A vector.
   *
   * @param values finite numbers, as many as the side has columns
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  record Numbers(double[] values) implements RawValue {}
}
