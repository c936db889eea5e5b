// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.common.FathomException;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import java.util.List;
import java.util.Locale;

/**
 * The choice of an encoder for one side: enough to build it again, and what {@code model.json}
 * keeps.
 *
 * @param kind {@code dense}, {@code convolution} or {@code token-bag}
 * @param hidden widths of the hidden layers; of a token bag, the width of its table first
 * @param dimension width of the embedding
 */
public record EncoderSpec(String kind, List<Integer> hidden, int dimension) {
  /** Lets the modality choose. */
  public static final String AUTO = "auto";

  private static final String DENSE = "dense";
  private static final String CONVOLUTION = "convolution";
  private static final String TOKEN_BAG = "token-bag";

  /** Every kind that a configuration may name. */
  public static final List<String> KINDS = List.of(AUTO, DENSE, CONVOLUTION, TOKEN_BAG);

  /** Copies the list. */
  public EncoderSpec {
    hidden = List.copyOf(hidden);
  }

  /**
   * The specification with {@link #AUTO} and empty {@code hidden} replaced by what suits the side.
   */
  public EncoderSpec resolvedFor(Side side) {
    String resolved =
        !kind.equals(AUTO)
            ? kind
            : switch (side.modality()) {
              case IMAGE -> CONVOLUTION;
              case TEXT -> TOKEN_BAG;
              case VECTOR -> DENSE;
            };
    List<Integer> widths =
        !hidden.isEmpty()
            ? hidden
            : switch (resolved) {
              case CONVOLUTION -> List.of(32, 64, 128);
              case TOKEN_BAG -> List.of(64, 64);
              default -> List.of(50, 50, 50, 50);
            };
    return new EncoderSpec(resolved, widths, dimension);
  }

  /** Builds the encoder of a resolved specification. */
  public Encoder build(Side side) {
    requireModality(side);
    return switch (kind) {
      case DENSE -> new DenseEncoder(side.size(), hidden, dimension);
      case CONVOLUTION ->
          new ConvolutionEncoder(side.shape().get(0), side.shape().get(1), hidden, dimension);
      case TOKEN_BAG ->
          new TokenBagEncoder(side.vocabulary().size(), side.size(), hidden, dimension);
      default ->
          throw FathomException.usage("there is no encoder %s; choose one of %s", kind, KINDS);
    };
  }

  private void requireModality(Side side) {
    boolean fits =
        switch (kind) {
          case CONVOLUTION -> side.modality() == Modality.IMAGE;
          case TOKEN_BAG -> side.modality() == Modality.TEXT;
          default -> side.modality() != Modality.TEXT;
        };
    if (!fits) {
      throw FathomException.usage(
          "encoder %s cannot read a side that is %s; use auto",
          kind, side.modality().name().toLowerCase(Locale.ROOT));
    }
  }
}
