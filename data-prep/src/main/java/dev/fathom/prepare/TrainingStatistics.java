// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Side;
import dev.fathom.prepare.source.SourceSide;
import dev.fathom.prepare.text.TextSettings;
import dev.fathom.prepare.text.Vocabulary;
import java.io.Serializable;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * What the card says of a side: the vocabulary of a text, mean and standard deviation of a picture
 * or a vector. Taken from the training split alone, for anything else would leak into it.
 */
final class TrainingStatistics {
  private final int imageSize;
  private final TextSettings text;
  private final boolean standardise;

  /** Statistics of pictures of this size, captions of these settings, vectors or none of them. */
  TrainingStatistics(PrepareSettings settings) {
    imageSize = settings.image().size();
    text = settings.text();
    standardise = settings.standardise();
  }

  /**
   * Describes a side.
   *
   * @param side what it is
   * @param training its values, in shards and in an order that depend on nothing but seed and keys
   */
  Side of(SourceSide side, JavaRDD<DecodedValue> training) {
    return switch (side.modality()) {
      case IMAGE ->
          ofNumbers(
              side,
              List.of(imageSize, imageSize, Moments.CHANNELS),
              moments(training, Moments.CHANNELS));
      case VECTOR ->
          standardise
              ? ofNumbers(side, List.of(side.columns()), moments(training, side.columns()))
              : new Side(
                  side.modality(),
                  List.of(side.columns()),
                  Collections.nCopies(side.columns(), 0.0),
                  Collections.nCopies(side.columns(), 1.0),
                  List.of());
      case TEXT ->
          new Side(
              side.modality(),
              List.of(text.maxTokens()),
              List.of(),
              List.of(),
              vocabulary(training).words());
    };
  }

  private static Side ofNumbers(SourceSide side, List<Integer> shape, Moments moments) {
    return new Side(side.modality(), shape, moments.mean(), moments.standardDeviation(), List.of());
  }

  /** Merged shard by shard in their order: floating-point sums depend on it. */
  private static Moments moments(JavaRDD<DecodedValue> training, int columns) {
    return training
        .mapPartitions(
            shard -> {
              Moments moments = Moments.none(columns);
              shard.forEachRemaining(value -> moments.merge(Moments.of(value)));
              return List.of(moments).iterator();
            })
        .collect()
        .stream()
        .reduce(Moments.none(columns), Moments::merge);
  }

  private Vocabulary vocabulary(JavaRDD<DecodedValue> training) {
    List<Tuple2<String, Long>> counted =
        training
            .flatMap(value -> ((DecodedValue.Text) value).words().iterator())
            .mapToPair(word -> new Tuple2<>(word, 1L))
            .reduceByKey(Long::sum)
            .takeOrdered(
                text.vocabularySize() - 1,
                (Comparator<Tuple2<String, Long>> & Serializable) TrainingStatistics::byFrequency);
    return new Vocabulary(counted.stream().map(Tuple2::_1).toList());
  }

  /** The more frequent first, ties by the word. */
  private static int byFrequency(Tuple2<String, Long> a, Tuple2<String, Long> b) {
    int byCount = Long.compare(b._2(), a._2());
    return byCount != 0 ? byCount : a._1().compareTo(b._1());
  }
}
