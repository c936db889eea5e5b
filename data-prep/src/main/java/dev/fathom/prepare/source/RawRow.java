// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;
import org.apache.commons.lang3.StringUtils;

/**
 * A row of a source. Where a cluster is set to Kryo, rows go by Java serialisation all the same:
 * Kryo 4 cannot set the fields of a record.
 */
public sealed interface RawRow extends Serializable {
  /** Digits of a key that is a number. */
  int KEY_DIGITS = 10;

  /** The key of the row. */
  String key();

  /** The row's place in its source, from 0. */
  long ordinal();

  /**
   * A row that has the form of a pair.
   *
   * @param key what names the pair
   * @param ordinal place in the source
   * @param x first side
   * @param y second side
   * @param label class, blank for none
   * @param group rows of equal group stay in one split, blank for none
   */
  @DefaultSerializer(JavaSerializer.class)
  record Pair(String key, long ordinal, RawValue x, RawValue y, String label, String group)
      implements RawRow {}

  /**
   * A row that has not.
   *
   * @param key what names the row
   * @param ordinal place in the source
   * @param reason to group by
   * @param detail for a person
   */
  @DefaultSerializer(JavaSerializer.class)
  record Broken(String key, long ordinal, RejectReason reason, String detail) implements RawRow {}

  /**
   * No row, but the count of what a computer leaves beside files and was passed over.
   *
   * @param key where it was
   * @param ordinal place in the source
   * @param files how many
   */
  @DefaultSerializer(JavaSerializer.class)
  record Hidden(String key, long ordinal, long files) implements RawRow {}

  /** The name of a row that has none of its own; sorts as the number does. */
  static String keyOf(long ordinal) {
    return StringUtils.leftPad(Long.toString(ordinal), KEY_DIGITS, '0');
  }
}
