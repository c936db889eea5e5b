// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.data.PictureEncoding;
import dev.fathom.data.Side;
import dev.fathom.prepare.backbone.Backbones;
import dev.fathom.prepare.source.SourceSide;
import dev.fathom.prepare.text.TextSettings;
import dev.fathom.prepare.text.Vocabulary;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
  private final Backbones backbones;

  /** Creates statistics with these settings. */
  TrainingStatistics(PrepareSettings settings, Backbones backbones) {
    encoding = settings.image().encoding();
    text = settings.text();
    standardise = settings.standardise();
    this.backbones = backbones;
  }

  /**
   * Describes a side.
   *
   * @param side the side of the source
   * @param shape shape of the side's pictures, empty if there are none
   * @param training values of the training split without pixels, in any order
   * @param vectors the side's part of {@link #ofVectors}
   */
  Side side(SourceSide side, List<Integer> shape, JavaRDD<DecodedValue> training, Moments vectors) {
    Optional<Backbone> network = backbones.of(side.modality());
    if (network.isPresent()) {
      return vectorSide(network.get().columns(), vectors.withFloor()).featuresOf(network.get());
    }
    return switch (side.modality()) {
      case IMAGE -> ofNumbers(Modality.IMAGE, shape, ofPictures(training)).stored(encoding);
      case VECTOR -> vectorSide(side.columns(), vectors);
      case TEXT ->
          new Side(
              side.modality(),
              List.of(text.maxTokens()),
              List.of(),
              List.of(),
              vocabulary(training).words());
    };
  }

  private Side vectorSide(int columns, Moments moments) {
    return standardise ? ofNumbers(Modality.VECTOR, List.of(columns), moments) : asTheyAre(columns);
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

  /** Computes the moments of pictures. Sums of bytes are exact in any order. */
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
   * Computes the moments of the sides that are vectors or features, in one pass. They are merged in
   * the order of the shards, as floating-point sums depend on the order.
   *
   * @param inOrder pairs in an order that depends only on seed and keys
   */
  List<Moments> ofVectors(JavaRDD<Outcome.Kept> inOrder, SourceSide x, SourceSide y) {
    int ofX = columns(x);
    int ofY = columns(y);
    List<Moments> none = List.of(Moments.none(ofX), Moments.none(ofY));
    if (ofX + ofY == 0) {
      return none;
    }
    return inOrder
        .mapPartitions(
            shard -> {
              Moments left = Moments.none(ofX);
              Moments right = Moments.none(ofY);
              while (shard.hasNext()) {
                Outcome.Kept pair = shard.next();
                if (ofX > 0) {
                  left.add(pair.x().value());
                }
                if (ofY > 0) {
                  right.add(pair.y().value());
                }
              }
              return List.of(List.of(left, right)).iterator();
            })
        .collect()
        .stream()
        .reduce(
            none,
            (sum, part) -> List.of(sum.get(0).merge(part.get(0)), sum.get(1).merge(part.get(1))));
  }

  /** The number of columns if the side has moments as vectors, else 0. */
  private int columns(SourceSide side) {
    if (!standardise) {
      return 0;
    }
    return backbones
        .of(side.modality())
        .map(Backbone::columns)
        .orElse(side.modality() == Modality.VECTOR ? side.columns() : 0);
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
