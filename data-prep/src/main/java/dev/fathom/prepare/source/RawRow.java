// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;
import org.apache.commons.lang3.StringUtils;

/**
 * A row of a source. Rows are sent by Java serialisation even if a cluster is set to Kryo: Kryo 4
 * cannot set the fields of a record.
 */
public sealed interface RawRow extends Serializable {
  /** Number of digits of a key that is a number. */
  int KEY_DIGITS = 10;

  /** The key of the row. */
  String key();

  /** The row's position in its source, from 0. */
  long ordinal();

  /**
   * A row that has the form of a pair.
   *
   * @param key the pair's key
   * @param ordinal position in the source
   * @param x first side
   * @param y second side
   * @param label class, blank for none
   * @param group group whose rows stay in one split, blank for none
   */
  @DefaultSerializer(JavaSerializer.class)
  record Pair(String key, long ordinal, RawValue x, RawValue y, String label, String group)
      implements RawRow {}

  /**
   * A row that does not have the form of a pair.
   *
   * @param key the row's key
   * @param ordinal position in the source
   * @param reason code to group by
   * @param detail reason in words
   */
  @DefaultSerializer(JavaSerializer.class)
  record Broken(String key, long ordinal, RejectReason reason, String detail) implements RawRow {}

  /**
   * A number of skipped hidden files, which are no rows.
   *
   * @param key where the files were
   * @param ordinal position in the source
   * @param files number of files
   */
  @DefaultSerializer(JavaSerializer.class)
  record Hidden(String key, long ordinal, long files) implements RawRow {}

  /** The key of a row without a name of its own; keys sort like the numbers. */
  static String keyOf(long ordinal) {
    return StringUtils.leftPad(Long.toString(ordinal), KEY_DIGITS, '0');
  }
}
