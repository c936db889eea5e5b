// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source.synthetic;

import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.Source;
import dev.fathom.prepare.source.SourceSide;
import java.io.Serializable;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A source of synthetic pairs. A row is a pure function of the seed and its number, and is made
 * where it is needed.
 */
public final class BuiltInSource implements Source {
  private static final int ROWS_OF_A_TASK = 4096;

  private final JavaSparkContext spark;
  private final Maker maker;
  private final long pairs;

  /** Makes a row; a number always gives the same row. */
  sealed interface Maker extends Serializable permits GaussianPairs, ScenePairs {
    RawRow row(long index);

    SourceSide x();

    SourceSide y();

    int knownDimension();
  }

  private BuiltInSource(JavaSparkContext spark, Maker maker, long pairs) {
    this.spark = spark;
    this.maker = maker;
    this.pairs = pairs;
  }

  /**
   * Returns the built-in source of this name, if there is one.
   *
   * @param pictureSize number of pixels on a side of rendered pictures
   */
  public static Optional<Source> named(
      String name, JavaSparkContext spark, SyntheticSettings settings, int pictureSize) {
    long seed = settings.seed();
    Maker maker =
        switch (name) {
          case "gaussian-linear" -> new GaussianPairs(GaussianPairs.Link.LINEAR, seed);
          case "gaussian-nonlinear" -> new GaussianPairs(GaussianPairs.Link.NONLINEAR, seed);
          case "scenes" -> new ScenePairs(settings.sceneFactors(), pictureSize, seed);
          default -> null;
        };
    return Optional.ofNullable(maker).map(made -> new BuiltInSource(spark, made, settings.pairs()));
  }

  @Override
  public SourceSide x() {
    return maker.x();
  }

  @Override
  public SourceSide y() {
    return maker.y();
  }

  @Override
  public JavaRDD<RawRow> rows() {
    Maker making = maker;
    long end = pairs;
    long tasks = Math.max(spark.defaultParallelism(), pairs / ROWS_OF_A_TASK);
    return spark
        .parallelize(LongStream.range(0, tasks).boxed().toList(), Math.toIntExact(tasks))
        .flatMap(
            task ->
                LongStream.range(task * end / tasks, (task + 1) * end / tasks)
                    .mapToObj(making::row)
                    .iterator());
  }

  @Override
  public boolean mayRepeat() {
    return false;
  }

  @Override
  public Optional<Integer> knownDimension() {
    return Optional.of(maker.knownDimension());
  }

  @Override
  public String fingerprint() {
    return maker + " " + pairs;
  }
}
