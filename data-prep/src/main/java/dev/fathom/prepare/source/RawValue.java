// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;

/** One side of a pair as its source has it. Arrays are passed on, not copied. */
public sealed interface RawValue extends Serializable {

  /**
   * A picture in a file.
   *
   * @param folder URI that a relative name is relative to
   * @param name path or URI as the manifest has it
   */
  @DefaultSerializer(JavaSerializer.class)
  record ImageFile(String folder, String name) implements RawValue {}

  /**
   * A picture as the content of its file.
   *
   * @param name name to show a person
   * @param content content of the file
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  record ImageContent(String name, byte[] content) implements RawValue {}

  /**
   * A picture in the form of the shards.
   *
   * @param pixels {@code size × size × 3} bytes, row-major, red green blue
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  record Picture(byte[] pixels) implements RawValue {}

  /**
   * A value that the source could not read.
   *
   * @param reason code to group by
   * @param detail reason in words
   */
  @DefaultSerializer(JavaSerializer.class)
  record Unusable(RejectReason reason, String detail) implements RawValue {

    /** Creates the value of a missing file. */
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
   * @param file URI of the file
   */
  @DefaultSerializer(JavaSerializer.class)
  record CaptionFile(String file) implements RawValue {}

  /**
   * A caption as the content of its file.
   *
   * @param content encoded text
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  record CaptionContent(byte[] content) implements RawValue {}

  /**
   * A vector.
   *
   * @param values finite numbers, one for each column of the side
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  record Numbers(double[] values) implements RawValue {}
}
