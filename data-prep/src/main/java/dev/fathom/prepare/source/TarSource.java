// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Pairs in tar files as WebDataset lays them out: consecutive entries with the same name and
 * different extensions are one sample. A task reads a tar as a stream and never unpacks it.
 */
final class TarSource implements Source {
  private final JavaSparkContext spark;
  private final List<Shard> shards;
  private final TarSamples.SampleLayout layout;
  private final String fingerprint;

  /**
   * A tar file.
   *
   * @param number number of the file among all, from 0
   * @param path URI of the file
   * @param name prefix of its keys
   */
  private record Shard(int number, String path, String name) implements java.io.Serializable {}

  private TarSource(
      JavaSparkContext spark,
      List<Shard> shards,
      TarSamples.SampleLayout layout,
      String fingerprint) {
    this.spark = spark;
    this.shards = shards;
    this.layout = layout;
    this.fingerprint = fingerprint;
  }

  /** Opens tar files; their content is not read yet. */
  static TarSource open(JavaSparkContext spark, InputFiles files, InputSettings input) {
    List<Path> tars = files.where(InputFiles.Kind.TAR);
    if (tars.isEmpty()) {
      throw FathomException.data("%s holds no tar files (.tar, .tar.gz, .tgz)", files.root());
    }
    if (input.groupBy().isPresent() || input.key().isPresent()) {
      throw FathomException.usage(
          "the samples of a tar have no columns; set split.groupBy and input.key to null");
    }
    List<Shard> shards = new ArrayList<>();
    for (Path tar : tars) {
      shards.add(new Shard(shards.size(), tar.toString(), files.nameOf(tar)));
    }
    return new TarSource(spark, shards, TarSamples.SampleLayout.of(input), files.fingerprint(tars));
  }

  @Override
  public SourceSide x() {
    return layout.x().side();
  }

  @Override
  public SourceSide y() {
    return layout.y().side();
  }

  @Override
  public JavaRDD<RawRow> rows() {
    TarSamples.SampleLayout reading = layout;
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    return spark
        .parallelize(shards, shards.size())
        .flatMap(
            shard ->
                new TarSamples(
                    new Storage(hadoop.value()).open(new Path(shard.path())),
                    shard.name(),
                    shard.number(),
                    reading));
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }
}
