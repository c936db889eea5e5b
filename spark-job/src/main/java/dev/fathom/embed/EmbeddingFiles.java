// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.model.SimilarityKind;
import dev.fathom.output.OutputDirectory;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A directory of embeddings: Parquet files with one row per pair, and a card that Spark's readers
 * skip.
 */
public record EmbeddingFiles(Storage storage, Path directory) {
  /** Unique name of the pair. */
  public static final String KEY = "key";

  /** Split of the pair. */
  public static final String SPLIT = "split";

  /** Class of the pair, or null. */
  public static final String LABEL = "label";

  /** Embedding of the first side. */
  public static final String X = "x";

  /** Embedding of the second side. */
  public static final String Y = "y";

  /** The digest of the content of the first side; null or absent if unknown. */
  public static final String X_DIGEST = "x_digest";

  /** The digest of the content of the second side; null or absent if unknown. */
  public static final String Y_DIGEST = "y_digest";

  /** The schema, one row per pair; columns are read and written by name. */
  public static final StructType SCHEMA =
      new StructType()
          .add(KEY, DataTypes.StringType, false)
          .add(SPLIT, DataTypes.StringType, false)
          .add(LABEL, DataTypes.StringType, true)
          .add(X, DataTypes.createArrayType(DataTypes.FloatType, false), false)
          .add(Y, DataTypes.createArrayType(DataTypes.FloatType, false), false)
          .add(X_DIGEST, DataTypes.BinaryType, true)
          .add(Y_DIGEST, DataTypes.BinaryType, true);

  /**
   * Describes where the embeddings came from.
   *
   * @param dimension width of both embeddings
   * @param source source of the pairs
   * @param knownDimension the true number of shared dimensions, if the source knows it
   * @param dataset fingerprint of the dataset
   * @param similarity similarity that the encoders were trained by
   * @param nested widths of the prefixes that were trained to be embeddings of their own,
   *     ascending, the whole width the last; empty if only whole embeddings were trained
   * @param encoderX digest of the encoder of the first side; empty in embeddings of earlier builds
   * @param encoderY digest of the encoder of the second side; empty in embeddings of earlier builds
   */
  public record Card(
      int dimension,
      String source,
      Optional<Integer> knownDimension,
      String dataset,
      SimilarityKind similarity,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Integer> nested,
      Optional<String> encoderX,
      Optional<String> encoderY) {
    /** Fills in the field that most cards do not have. */
    public Card {
      nested = nested == null ? List.of() : nested;
    }
  }

  void writeCard(Card card) {
    writeCard(card(), card);
  }

  /**
   * Writes the card of NumPy matrices, under a name that does not mark the directory as Parquet.
   */
  void writeNpyCard(Card card) {
    writeCard(npyCard(), card);
  }

  /** The path of the card beside NumPy matrices. */
  public Path npyCard() {
    return new Path(directory, "embeddings.json");
  }

  private void writeCard(Path file, Card card) {
    storage.writeJson(file, card);
    new OutputDirectory(storage, directory).complete();
  }

  /** Whether the directory has the card that embed writes. */
  public boolean isCard() {
    return storage.exists(card());
  }

  /** Reads the card of complete embeddings. */
  public Card readCard() {
    if (!new OutputDirectory(storage, directory).isComplete() || !storage.exists(card())) {
      throw FathomException.data(
          "%s does not hold complete embeddings; run embed again", directory);
    }
    return storage.readJson(card(), Card.class);
  }

  /** The path of the card. */
  public Path card() {
    return new Path(directory, "_embeddings.json");
  }
}
