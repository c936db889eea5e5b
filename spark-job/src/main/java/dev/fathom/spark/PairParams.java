// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;

/** The parameters that both the estimator and the model have. */
final class PairParams implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String ERROR = "error";
  static final String SKIP = "skip";
  static final String KEEP = "keep";

  final Param<String> xCol;
  final Param<String> yCol;
  final Param<String> xEmbeddingCol;
  final Param<String> yEmbeddingCol;
  final Param<String> handleInvalid;

  /** Creates the parameters of an owner, which must know its uid. */
  PairParams(Params owner) {
    xCol = new Param<>(owner, "xCol", "column of the first side");
    yCol = new Param<>(owner, "yCol", "column of the second side");
    xEmbeddingCol = new Param<>(owner, "xEmbeddingCol", "column of the embeddings of x");
    yEmbeddingCol = new Param<>(owner, "yEmbeddingCol", "column of the embeddings of y");
    handleInvalid =
        new Param<>(
            owner,
            "handleInvalid",
            "what becomes of a row that cannot be read (null, broken picture, empty text): error,"
                + " skip (it is left out) or keep (its embedding is null; fit leaves it out)",
            ParamValidators.inArray(new String[] {ERROR, SKIP, KEEP}));
    owner.setDefault(xEmbeddingCol, "xEmbedding");
    owner.setDefault(yEmbeddingCol, "yEmbedding");
    owner.setDefault(handleInvalid, ERROR);
  }

  List<Param<?>> all() {
    return List.of(xCol, yCol, xEmbeddingCol, yEmbeddingCol, handleInvalid);
  }
}
