// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The choice of an encoder for one side: enough to build it again, and what {@code model.json}
 * keeps.
 *
 * @param kind {@code dense}, {@code convolution}, {@code residual}, {@code token-bag}, {@code
 *     transformer}, or {@code graph:} and the path of a saved DL4J graph
 * @param hidden widths of the hidden layers; of a token bag, the width of its table first; of a
 *     transformer, its width, heads, feed-forward width and layers
 * @param dimension width of the embedding
 */
public record EncoderSpec(String kind, List<Integer> hidden, int dimension) {
  /** Lets the modality choose. */
  public static final String AUTO = "auto";

  private static final String DENSE = "dense";
  private static final String CONVOLUTION = "convolution";
  private static final String RESIDUAL = "residual";
  private static final String TOKEN_BAG = "token-bag";
  private static final String TRANSFORMER = "transformer";

  private static final String GRAPH = "graph:";

  /** Every kind that a configuration may name. */
  public static final List<String> KINDS =
      List.of(AUTO, DENSE, CONVOLUTION, RESIDUAL, TOKEN_BAG, TRANSFORMER, GRAPH + "PATH");

  /** Whether a kind names a saved graph. */
  public static boolean isGraph(String kind) {
    return kind.startsWith(GRAPH) && kind.length() > GRAPH.length();
  }

  /** Copies the list. */
  public EncoderSpec {
    hidden = List.copyOf(hidden);
    if (isGraph(kind) && !hidden.isEmpty()) {
      throw FathomException.usage(
          "encoder %s has its own widths; leave out the widths %s of hidden layers", kind, hidden);
    }
  }

  /**
   * The specification with {@link #AUTO} and empty {@code hidden} replaced by what suits the side.
   */
  public EncoderSpec resolvedFor(Side side) {
    if (isGraph(kind)) {
      return this;
    }
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
              case RESIDUAL -> List.of(16, 32, 64);
              case TOKEN_BAG -> List.of(64, 64);
              case TRANSFORMER -> List.of(64, 4, 128, 2);
              default -> List.of(50, 50, 50, 50);
            };
    return new EncoderSpec(resolved, widths, dimension);
  }

  /** The same without the credentials in the path of a graph: to be told, not to be built. */
  public EncoderSpec masked() {
    return new EncoderSpec(Secrets.masked(kind), hidden, dimension);
  }

  /**
   * Builds the encoder of a resolved specification.
   *
   * @param storage where the file of a {@code graph:} is read
   */
  public Encoder build(Side side, Storage storage) {
    return isGraph(kind)
        ? SavedGraph.read(storage, new Path(kind.substring(GRAPH.length())))
            .encoder(side, dimension)
        : builtIn(side);
  }

  /** Builds the encoder again of which {@link EncoderGraphs#single} made a graph. */
  public Encoder rebuild(Side side, ComputationGraph graph) {
    return isGraph(kind) ? SavedGraph.ofModel(kind, graph).encoder(side, dimension) : builtIn(side);
  }

  private Encoder builtIn(Side side) {
    requireModality(side);
    return switch (kind) {
      case DENSE -> new DenseEncoder(side.size(), hidden, dimension);
      case CONVOLUTION ->
          new ConvolutionEncoder(side.shape().get(0), side.shape().get(1), hidden, dimension);
      case RESIDUAL ->
          new ResidualEncoder(side.shape().get(0), side.shape().get(1), hidden, dimension);
      case TOKEN_BAG ->
          new TokenBagEncoder(side.vocabulary().size(), side.size(), hidden, dimension);
      case TRANSFORMER ->
          new TransformerEncoder(side.vocabulary().size(), side.size(), hidden, dimension);
      default -> throw new IllegalStateException(kind + " is not resolved");
    };
  }

  private void requireModality(Side side) {
    boolean fits =
        switch (kind) {
          case CONVOLUTION, RESIDUAL -> side.modality() == Modality.IMAGE;
          case TOKEN_BAG, TRANSFORMER -> side.modality() == Modality.TEXT;
          default -> side.modality() != Modality.TEXT;
        };
    if (!fits) {
      throw FathomException.usage(
          "encoder %s cannot read a side that is %s; use auto",
          kind, side.modality().name().toLowerCase(Locale.ROOT));
    }
  }
}
