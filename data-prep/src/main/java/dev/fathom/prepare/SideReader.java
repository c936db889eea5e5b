// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.files.Storage;
import dev.fathom.prepare.backbone.Backbones;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import dev.fathom.prepare.source.RawValue;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Turns single values into what an encoder reads, as a side of a card describes it: decoded,
 * tokenised, numbered, standardised, just as in the stage {@code prepare}. A reader is sent to
 * executors, where each task opens it for itself.
 */
public final class SideReader implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Side side;
  private final RowDecoder.Rules rules;
  private final SideEncoder encoder;
  private final SerializableConfiguration hadoop;

  /**
   * Creates a reader of values.
   *
   * @param side a side without a frozen network
   * @param settings settings by which the dataset of the card was made
   * @param hadoop configuration for reading pictures that are given by name
   */
  public SideReader(Side side, PrepareSettings settings, SerializableConfiguration hadoop) {
    if (side.frozen().isPresent()) {
      throw new IllegalArgumentException("a frozen network reads many values at once");
    }
    this.side = side;
    this.hadoop = hadoop;
    rules = RowDecoder.Rules.of(settings, "");
    encoder = new SideEncoder(side);
  }

  /** The side whose form the values get. */
  public Side side() {
    return side;
  }

  /** Opens the reader for one thread. */
  public Opened open() {
    return new Opened();
  }

  /** Reads values on one thread. */
  public final class Opened {
    private final RowDecoder decoder =
        new RowDecoder(rules, new Storage(hadoop.value()), Backbones.NONE);

    private Opened() {}

    /**
     * Reads a value in the form of a shard: a picture's bytes in the side's encoding, the numbers
     * of words, or a standardised vector.
     *
     * @return {@code byte[]}, {@code int[]} or {@code float[]}
     * @throws RejectedRowException if {@code prepare} would reject the row
     */
    public Object read(RawValue raw) throws RejectedRowException {
      DecodedValue value = decoder.value(raw).value();
      List<Integer> expected = side.modality() == Modality.IMAGE ? side.shape() : List.of();
      if (!value.shape().equals(expected)) {
        throw new RejectedRowException(
            RejectReason.OTHER_SHAPE,
            "%s, where the model reads %s".formatted(value.shape(), expected));
      }
      return encoder.encode(value);
    }
  }
}
