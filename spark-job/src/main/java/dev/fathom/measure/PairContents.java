// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.data.PictureEncoding;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.files.Storage;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/** What the pairs of a dataset hold, for a person to see: captions, names, pictures. */
final class PairContents {
  private final SparkSession spark;
  private final Optional<DatasetFiles> files;
  private final Storage storage;

  /** Of a dataset, or of none, in which case keys are all there is to show. */
  PairContents(SparkSession spark, Storage storage, Optional<Path> dataset) {
    this.spark = spark;
    this.storage = storage;
    files = dataset.map(DatasetFiles::new);
  }

  /** Pairs by their keys; those that are not in the dataset are left out. */
  Map<String, Showcase.Item> read(Collection<String> keys, boolean pictures) {
    Map<String, Showcase.Item> items = new HashMap<>();
    if (files.isEmpty() || keys.isEmpty()) {
      return items;
    }
    DatasetCard card = files.get().readCard(storage);
    rows(card, keys, pictures)
        .forEach(
            row ->
                items.put(
                    row.getString(0),
                    new Showcase.Item(
                        row.getString(0), shown(row, 1, 3, card.x()), shown(row, 2, 4, card.y()))));
    return items;
  }

  private List<Row> rows(DatasetCard card, Collection<String> keys, boolean pictures) {
    StructType schema = PairSchema.pairs(card.x().modality(), card.y().modality());
    Dataset<Row> all =
        Arrays.stream(Split.values())
            .map(split -> files.get().shards(split))
            .filter(storage::exists)
            .map(shards -> spark.read().schema(schema).parquet(shards.toString()))
            .reduce(Dataset::union)
            .orElseThrow();
    Dataset<Row> wanted =
        spark.createDataset(List.copyOf(keys), Encoders.STRING()).toDF(PairSchema.KEY);
    return all.join(functions.broadcast(wanted), PairSchema.KEY)
        .select(
            all.col(PairSchema.KEY),
            all.col(PairSchema.X_SOURCE),
            all.col(PairSchema.Y_SOURCE),
            picture(all, PairSchema.X, card.x(), pictures),
            picture(all, PairSchema.Y, card.y(), pictures))
        .collectAsList();
  }

  private static Column picture(Dataset<Row> all, String side, Side of, boolean wanted) {
    return wanted && of.modality() == Modality.IMAGE ? all.col(side) : functions.lit(null);
  }

  private static Showcase.Shown shown(Row row, int source, int picture, Side side) {
    String text = row.isNullAt(source) ? "" : row.getString(source);
    return new Showcase.Shown(text, row.isNullAt(picture) ? "" : uri(row.getAs(picture), side));
  }

  private static String uri(byte[] stored, Side side) {
    byte[] jpeg =
        side.encoding() == PictureEncoding.JPEG
            ? stored
            : PictureEncoding.JPEG.encode(stored, side.shape().get(0), side.shape().get(1));
    return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg);
  }
}
