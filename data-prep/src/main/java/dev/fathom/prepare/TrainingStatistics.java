// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.data.PictureEncoding;
import dev.fathom.data.Side;
import dev.fathom.prepare.source.SourceSide;
import dev.fathom.prepare.text.TextSettings;
import dev.fathom.prepare.text.Vocabulary;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Statistics of a side for the card: the vocabulary of a text, mean and standard deviation of
 * pictures or vectors. They come from the training split alone, as the other splits must not leak
 * into training.
 */
final class TrainingStatistics {
  private final PictureEncoding encoding;
  private final TextSettings text;
  private final boolean standardise;

  /** Creates statistics with these settings. */
  TrainingStatistics(PrepareSettings settings) {
    encoding = settings.image().encoding();
    text = settings.text();
    standardise = settings.standardise();
  }

  /**
   * Describes a side.
   *
   * @param side the side of the source
   * @param shape shape of its pictures, empty if there are none
   * @param training values without pixels, in any order
   * @param inOrder values in an order that depends only on seed and keys
   */
  Side of(
      SourceSide side,
      List<Integer> shape,
      JavaRDD<DecodedValue> training,
      JavaRDD<DecodedValue> inOrder) {
    return switch (side.modality()) {
      case IMAGE -> ofNumbers(Modality.IMAGE, shape, ofPictures(training)).stored(encoding);
      case VECTOR ->
          standardise
              ? ofNumbers(
                  Modality.VECTOR, List.of(side.columns()), ofVectors(inOrder, side.columns()))
              : asTheyAre(side.columns());
      case TEXT ->
          new Side(
              side.modality(),
              List.of(text.maxTokens()),
              List.of(),
              List.of(),
              vocabulary(training).words());
    };
  }

  /**
   * Describes a side of features.
   *
   * @param network that they are of
   * @param inOrder its values in an order that depends on nothing but seed and keys
   */
  Side of(Backbone network, JavaRDD<DecodedValue> inOrder) {
    int columns = network.columns();
    Side side =
        standardise
            ? ofNumbers(Modality.VECTOR, List.of(columns), ofVectors(inOrder, columns).withFloor())
            : asTheyAre(columns);
    return side.featuresOf(network);
  }

  private static Side asTheyAre(int columns) {
    return new Side(
        Modality.VECTOR,
        List.of(columns),
        Collections.nCopies(columns, 0.0),
        Collections.nCopies(columns, 1.0),
        List.of());
  }

  private static Side ofNumbers(Modality modality, List<Integer> shape, Moments moments) {
    return new Side(modality, shape, moments.mean(), moments.standardDeviation(), List.of());
  }

  /** The moments of pictures. Sums of bytes are exact in any order. */
  private static Moments ofPictures(JavaRDD<DecodedValue> training) {
    int channels = Moments.CHANNELS;
    long[] sums =
        training.aggregate(
            new long[2 * channels + 1],
            (sum, value) -> {
              DecodedValue.PixelSums pixels = (DecodedValue.PixelSums) value;
              for (int channel = 0; channel < channels; channel++) {
                sum[channel] += pixels.sums()[channel];
                sum[channels + channel] += pixels.squares()[channel];
              }
              sum[2 * channels] += (long) pixels.height() * pixels.width();
              return sum;
            },
            (sum, other) -> {
              for (int i = 0; i < sum.length; i++) {
                sum[i] += other[i];
              }
              return sum;
            });
    return Moments.ofPixels(
        Arrays.copyOf(sums, channels),
        Arrays.copyOfRange(sums, channels, 2 * channels),
        sums[2 * channels]);
  }

  /**
   * The moments of vectors, merged in the order of the shards, as floating-point sums depend on the
   * order.
   */
  private static Moments ofVectors(JavaRDD<DecodedValue> training, int columns) {
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
                text.vocabularySize() - text.unknownBuckets(),
                (Comparator<Tuple2<String, Long>> & Serializable) TrainingStatistics::byFrequency);
    return Vocabulary.of(counted.stream().map(Tuple2::_1).toList(), text.unknownBuckets());
  }

  /** Orders words by falling frequency, ties by the word. */
  private static int byFrequency(Tuple2<String, Long> a, Tuple2<String, Long> b) {
    int byCount = Long.compare(b._2(), a._2());
    return byCount != 0 ? byCount : a._1().compareTo(b._1());
  }
}
