// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** The built-in kinds of encoders. */
public enum BuiltInEncoder implements EncoderKind {
  /** The default for the side's modality. */
  AUTO(Set.of(Modality.values()), List.of()) {
    @Override
    public BuiltInEncoder resolvedFor(Side side) {
      return switch (side.modality()) {
        case IMAGE -> CONVOLUTION;
        case TEXT -> TOKEN_BAG;
        case VECTOR -> DENSE;
      };
    }

    @Override
    Encoder of(Side side, List<Integer> hidden, int dimension) {
      return resolvedFor(side).of(side, hidden, dimension);
    }
  },

  /** Fully connected layers; {@code hidden} is the width of each. */
  DENSE(Set.of(Modality.VECTOR, Modality.IMAGE), List.of(50, 50, 50, 50)) {
    @Override
    Encoder of(Side side, List<Integer> hidden, int dimension) {
      return new DenseEncoder(side.size(), hidden, dimension);
    }

    @Override
    public List<Integer> hidden(Side side) {
      // Narrow layers lose what a frozen network provides (docs/results.md).
      return side.frozen().isPresent() ? List.of(HEAD_WIDTH) : super.hidden(side);
    }
  },

  /** Convolutions of stride 2; {@code hidden} is the number of channels of each. */
  CONVOLUTION(Set.of(Modality.IMAGE), List.of(32, 64, 128)) {
    @Override
    Encoder of(Side side, List<Integer> hidden, int dimension) {
      return new ConvolutionEncoder(side.shape().get(0), side.shape().get(1), hidden, dimension);
    }
  },

  /**
   * Stages of a convolution and a residual block; {@code hidden} is the number of channels of each.
   */
  RESIDUAL(Set.of(Modality.IMAGE), List.of(16, 32, 64)) {
    @Override
    Encoder of(Side side, List<Integer> hidden, int dimension) {
      return new ResidualEncoder(side.shape().get(0), side.shape().get(1), hidden, dimension);
    }
  },

  /**
   * Stages of a convolution and a residual block; {@code hidden} is the number of channels of each
   * stage.
   */
  TOKEN_BAG(Set.of(Modality.TEXT), List.of(64, 64)) {
    @Override
    Encoder of(Side side, List<Integer> hidden, int dimension) {
      return new TokenBagEncoder(side.vocabulary().size(), side.size(), hidden, dimension);
    }
  },

  /** A transformer; {@code hidden} is its width, heads, feed-forward width and number of blocks. */
  TRANSFORMER(Set.of(Modality.TEXT), List.of(64, 4, 128, 2)) {
    @Override
    Encoder of(Side side, List<Integer> hidden, int dimension) {
      return new TransformerEncoder(side.vocabulary().size(), side.size(), hidden, dimension);
    }
  };

  /** Width of the only hidden layer above a frozen network. */
  private static final int HEAD_WIDTH = 256;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable.
  private final Set<Modality> reads;

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable.
  private final List<Integer> hidden;

  /**
   * @param reads modalities that the encoder can read
   * @param hidden default widths of the hidden layers
   */
  BuiltInEncoder(Set<Modality> reads, List<Integer> hidden) {
    this.reads = reads;
    this.hidden = hidden;
  }

  static BuiltInEncoder of(String written) {
    return Arrays.stream(values())
        .filter(kind -> kind.written().equals(written))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no encoder " + written));
  }

  /** Creates the encoder of a side that this kind can read. */
  abstract Encoder of(Side side, List<Integer> hidden, int dimension);

  @Override
  public String written() {
    return Settings.written(this);
  }

  @Override
  public List<Integer> hidden(Side side) {
    return hidden;
  }

  @Override
  public Encoder build(Side side, List<Integer> hidden, int dimension, Storage storage) {
    return checked(side, hidden, dimension);
  }

  @Override
  public Encoder rebuild(Side side, List<Integer> hidden, int dimension, ComputationGraph graph) {
    return checked(side, hidden, dimension);
  }

  private Encoder checked(Side side, List<Integer> hidden, int dimension) {
    if (!reads.contains(side.modality())) {
      throw FathomException.usage(
          "encoder %s cannot read a side that is %s; use auto",
          written(), Settings.written(side.modality()));
    }
    return of(side, hidden, dimension);
  }
}
