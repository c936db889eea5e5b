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
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Reads the contents of a dataset's pairs for a person to see: captions, names, pictures. */
final class PairContents {
  private final SparkSession spark;
  private final Optional<DatasetFiles> files;
  private final Storage storage;

  /** Creates contents without a dataset; only the keys can be shown. */
  PairContents(SparkSession spark, Storage storage) {
    this.spark = spark;
    this.storage = storage;
    files = Optional.empty();
  }

  /** Creates the contents of a dataset. */
  PairContents(SparkSession spark, Storage storage, Path dataset) {
    this.spark = spark;
    this.storage = storage;
    files = Optional.of(new DatasetFiles(dataset));
  }

  /** The card of the dataset, if there is one. */
  Optional<DatasetCard> card() {
    return files.map(dataset -> dataset.readCard(storage));
  }

  /** Reads pairs by their keys; keys that the dataset does not have are left out. */
  Map<String, Showcase.Item> read(Collection<String> keys, boolean pictures) {
    Map<String, Showcase.Item> items = new HashMap<>();
    if (files.isEmpty() || keys.isEmpty()) {
      return items;
    }
    DatasetCard card = card().orElseThrow();
    rows(card, keys, pictures)
        .forEach(
            row ->
                items.put(
                    row.getAs(PairSchema.KEY),
                    new Showcase.Item(
                        row.getAs(PairSchema.KEY),
                        shown(row, PairSchema.X_SOURCE, PairSchema.X, card.x()),
                        shown(row, PairSchema.Y_SOURCE, PairSchema.Y, card.y()))));
    return items;
  }

  /** The key, label, x and y of pairs by their keys, as the shards hold them. */
  Dataset<Row> values(Collection<String> keys) {
    Dataset<Row> all = all(card().orElseThrow());
    return all.join(named(keys), PairSchema.KEY)
        .select(PairSchema.KEY, PairSchema.LABEL, PairSchema.X, PairSchema.Y);
  }

  private Dataset<Row> named(Collection<String> keys) {
    return functions.broadcast(
        spark.createDataset(List.copyOf(keys), Encoders.STRING()).toDF(PairSchema.KEY));
  }

  private Dataset<Row> all(DatasetCard card) {
    StructType schema =
        PairSchema.rows(card.x(), card.y()).add(PairSchema.SPLIT, DataTypes.StringType, false);
    return Arrays.stream(Split.values())
        .map(split -> files.get().shards(split))
        .filter(storage::exists)
        .map(shards -> spark.read().schema(schema).parquet(shards.toString()))
        .reduce(Dataset::union)
        .orElseThrow();
  }

  private List<Row> rows(DatasetCard card, Collection<String> keys, boolean pictures) {
    Dataset<Row> all = all(card);
    return all.join(named(keys), PairSchema.KEY)
        .select(
            all.col(PairSchema.KEY),
            all.col(PairSchema.X_SOURCE),
            all.col(PairSchema.Y_SOURCE),
            picture(all, PairSchema.X, PairSchema.X_PICTURE, card.x(), pictures),
            picture(all, PairSchema.Y, PairSchema.Y_PICTURE, card.y(), pictures))
        .collectAsList();
  }

  private static Column picture(
      Dataset<Row> all, String side, String beside, Side of, boolean wanted) {
    if (wanted && PairSchema.isPictured(of)) {
      return all.col(beside).as(side);
    }
    return wanted && of.modality() == Modality.IMAGE ? all.col(side) : functions.lit(null).as(side);
  }

  private static Showcase.Shown shown(Row row, String source, String picture, Side side) {
    return new Showcase.Shown(
        Optional.ofNullable(row.<String>getAs(source)).orElse(""),
        Optional.ofNullable(row.<byte[]>getAs(picture))
            .map(stored -> uri(stored, side))
            .orElse(""));
  }

  private static String uri(byte[] stored, Side side) {
    byte[] jpeg =
        side.encoding() == PictureEncoding.JPEG || PairSchema.isPictured(side)
            ? stored
            : PictureEncoding.JPEG.encode(stored, side.shape().get(0), side.shape().get(1));
    return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg);
  }
}
