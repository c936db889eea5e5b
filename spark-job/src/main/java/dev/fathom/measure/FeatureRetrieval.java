// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Side;
import dev.fathom.evaluate.Items;
import dev.fathom.evaluate.Retrieval;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * What the features of two frozen networks find by themselves, without the encoders that were
 * trained on them.
 *
 * @param widthX width of the features of x
 * @param widthY width of the features of y
 * @param retrieval retrieval by the cosine of the features as the networks gave them, of the same
 *     pairs as the embeddings'; empty if the widths differ
 */
public record FeatureRetrieval(int widthX, int widthY, Optional<Retrieval> retrieval) {

  /**
   * Compares the features of embedded pairs; empty unless both sides hold features.
   *
   * @param embedded the embeddings, whose keys name the pairs
   * @param reader reader of as many features as fit in memory
   * @param seed seed of the random pairings, and of a sample if not all fit
   */
  static Optional<FeatureRetrieval> of(
      EmbeddingRows embedded,
      PairContents contents,
      EmbeddingReader reader,
      Retrieval.Ranker ranker,
      long seed) {
    Optional<DatasetCard> dataset =
        contents
            .card()
            .filter(card -> card.x().frozen().isPresent() && card.y().frozen().isPresent());
    if (dataset.isEmpty() || !embedded.pairs().isPaired()) {
      return Optional.empty();
    }
    Side x = dataset.get().x();
    Side y = dataset.get().y();
    if (x.size() != y.size()) {
      return Optional.of(new FeatureRetrieval(x.size(), y.size(), Optional.empty()));
    }
    // Several jobs read the rows; without storage each would read all shards again.
    Dataset<Row> stored = contents.values(embedded.keys()).persist(StorageLevel.MEMORY_AND_DISK());
    EmbeddingRows features;
    try {
      if (stored.count() < 2) {
        return Optional.empty();
      }
      features = reader.read(stored, embedded.count(), seed).rows();
    } finally {
      stored.unpersist();
    }
    EmbeddedPairs found = features.pairs();
    EmbeddedPairs paired =
        EmbeddedPairs.of(
            asGiven(found.x(), x),
            asGiven(found.y(), y),
            x.size(),
            found.labels(),
            items(embedded, features.keys()));
    return Optional.of(
        new FeatureRetrieval(
            x.size(),
            y.size(),
            Optional.of(
                Retrieval.of(
                    paired.paired().normalised(), paired.completeLabels(), seed, ranker))));
  }

  /** Takes the standardisation of the dataset back. */
  private static float[] asGiven(float[] standardised, Side side) {
    float[] values = new float[standardised.length];
    for (int i = 0; i < values.length; i++) {
      int column = i % side.size();
      values[i] =
          (float)
              (standardised[i] * side.standardDeviation().get(column) + side.mean().get(column));
    }
    return values;
  }

  /** The items of the embedded pairs that have these keys. */
  private static Items items(EmbeddingRows embedded, List<String> keys) {
    Map<String, Integer> rows = new HashMap<>();
    for (int row = 0; row < embedded.count(); row++) {
      rows.put(embedded.keys().get(row), row);
    }
    return embedded.pairs().items().select(keys.stream().mapToInt(rows::get).toArray());
  }
}
