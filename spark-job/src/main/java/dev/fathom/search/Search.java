// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import dev.fathom.data.DatasetFiles;
import dev.fathom.data.PairSchema;
import dev.fathom.data.ParquetRows;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.model.ModelCard;
import dev.fathom.model.ModelFiles;
import dev.fathom.model.PreparedAs;
import dev.fathom.model.SavedEncoder;
import dev.fathom.prepare.backbone.BackboneSettings;
import dev.fathom.prepare.backbone.ModelNetwork;
import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;

/**
 * Finds the pairs nearest to a query among embeddings. The search is exact: it takes the inner
 * product with every embedding, one file after another.
 */
public final class Search {
  private static final List<String> EMBEDDED =
      List.of(EmbeddingFiles.KEY, EmbeddingFiles.SPLIT, EmbeddingFiles.LABEL);

  private static final List<String> SHOWN =
      List.of(PairSchema.KEY, PairSchema.X_SOURCE, PairSchema.Y_SOURCE);

  private final Storage storage;
  private final int most;
  private ModelFiles model;
  private EmbeddingFiles embeddings;
  private Optional<Path> data = Optional.empty();
  private BackboneSettings networks = BackboneSettings.NONE;

  /**
   * Creates a search.
   *
   * @param most largest number of pairs in the result
   */
  public Search(Storage storage, int most) {
    this.storage = storage;
    this.most = most;
  }

  /** The sides of a pair. */
  public enum Of {
    /** The first side. */
    X,
    /** The second side. */
    Y;

    private Of other() {
      return this == X ? Y : X;
    }

    /** The side's column in a dataset or in embeddings. */
    public String column() {
      return name().toLowerCase(Locale.ROOT);
    }

    private ModelCard.Tower tower(ModelCard card) {
      return this == X ? card.x() : card.y();
    }

    private Optional<String> encoder(EmbeddingFiles.Card card) {
      return this == X ? card.encoderX() : card.encoderY();
    }
  }

  /**
   * Sets where the files of frozen networks are now; a network that the settings do not name is
   * where it was.
   */
  public Search networks(BackboneSettings moved) {
    networks = moved;
    return this;
  }

  /** Sets the model directory. */
  public Search model(String directory) {
    model = new ModelFiles(storage, new Path(directory));
    return this;
  }

  /** Sets the directory of the embeddings that the model made. */
  public Search embeddings(String directory) {
    embeddings = new EmbeddingFiles(storage, new Path(directory));
    return this;
  }

  /**
   * Sets the dataset of the embeddings, whose captions are shown; by default the dataset of the
   * same run.
   */
  public Search data(String directory) {
    data = Optional.of(new Path(directory));
    return this;
  }

  /** Searches the side that the query does not belong to. */
  public SearchResult execute(Query query) {
    return execute(query, Of::other);
  }

  /** Searches the given side. */
  public SearchResult execute(Query query, Of side) {
    return execute(query, asked -> side);
  }

  private SearchResult execute(Query query, UnaryOperator<Of> sideFor) {
    ModelCard card = model.readCard();
    EmbeddingFiles.Card embedded = embeddings.readCard();
    Of asked = asked(query, card);
    Of searched = sideFor.apply(asked);
    Optional<DatasetFiles> dataset = dataset(embedded);
    ModelCard.Tower tower = asked.tower(card);
    SavedEncoder encoder = model.readEncoder(tower);
    requireMade(asked, encoder, embedded);
    float[] embedding =
        encoder.embed(
            query.row(
                tower.reads(),
                prepared(card, dataset, storage),
                network(tower.reads(), card),
                storage),
            card,
            tower);
    Nearest nearest = nearest(embedding, searched);
    List<SearchResult.Hit> hits = named(nearest);
    return new SearchResult(
        query.written(), searched.column(), nearest.seen(), shown(hits, dataset));
  }

  /** The frozen network of the side that reads the query, if it has one. */
  private Optional<ModelNetwork> network(Side side, ModelCard card) {
    return side.frozen()
        .map(
            trained ->
                ModelNetwork.open(
                    storage, trained, BackboneSettings.of(card.networks()).at(networks)));
  }

  private static Settings prepared(
      ModelCard card, Optional<DatasetFiles> dataset, Storage storage) {
    String told = dataset.map(files -> files.readUnfinishedCard(storage).settings()).orElse("");
    return Settings.defaults().with(PreparedAs.assignments(card, told));
  }

  /** The side that reads such a query. */
  private Of asked(Query query, ModelCard card) {
    for (Of side : Of.values()) {
      if (side.tower(card).reads().read() == query.modality()) {
        return side;
      }
    }
    throw FathomException.usage(
        "the model %s reads no %s: x is %s, y is %s",
        model.directory(),
        Settings.written(query.modality()),
        Settings.written(card.x().reads().read()),
        Settings.written(card.y().reads().read()));
  }

  private void requireMade(Of side, SavedEncoder encoder, EmbeddingFiles.Card card) {
    boolean other = side.encoder(card).filter(made -> !made.equals(encoder.digest())).isPresent();
    if (other || card.dimension() != encoder.encoder().dimension()) {
      throw FathomException.data(
          "the embeddings %s are of another model than %s; run embed with this one",
          embeddings.directory(), model.directory());
    }
  }

  private Nearest nearest(float[] query, Of side) {
    Nearest nearest = new Nearest(query, most);
    ParquetRows.of(storage, embeddings.directory())
        .forEach(
            List.of(side.column()),
            row -> {
              if (row.numbers(0).length != query.length) {
                throw FathomException.data(
                    "%s holds an embedding of %d numbers, and the model gives %d",
                    embeddings.directory(), row.numbers(0).length, query.length);
              }
              nearest.add(row.numbers(0));
              return true;
            });
    return nearest;
  }

  /** The nearest rows with their keys and contents, for which the files are read once more. */
  private List<SearchResult.Hit> named(Nearest nearest) {
    List<Nearest.Row> rows = nearest.rows();
    Map<Long, Integer> ranks = new HashMap<>();
    for (Nearest.Row row : rows) {
      ranks.put(row.number(), ranks.size());
    }
    SearchResult.Hit[] hits = new SearchResult.Hit[rows.size()];
    long[] number = {0};
    int[] left = {rows.size()};
    ParquetRows.of(storage, embeddings.directory())
        .forEach(
            EMBEDDED,
            row -> {
              Integer rank = ranks.get(number[0]++);
              if (rank != null) {
                hits[rank] =
                    new SearchResult.Hit(
                        rank + 1,
                        rows.get(rank).similarity(),
                        row.text(0),
                        row.text(1),
                        present(row, 2),
                        Optional.empty(),
                        Optional.empty());
                left[0]--;
              }
              return left[0] > 0;
            });
    return List.of(hits);
  }

  private static Optional<String> present(ParquetRows.Row row, int column) {
    return row.isNull(column) ? Optional.empty() : Optional.of(row.text(column));
  }

  /** The dataset that was set, or else that of the run that made the embeddings. */
  private Optional<DatasetFiles> dataset(EmbeddingFiles.Card card) {
    if (data.isPresent()) {
      DatasetFiles named = new DatasetFiles(data.get());
      if (!named.readCard(storage).fingerprint().equals(card.dataset())) {
        throw FathomException.data(
            "the embeddings %s are of another dataset than %s", embeddings.directory(), data.get());
      }
      return Optional.of(named);
    }
    DatasetFiles beside =
        new DatasetFiles(new Path(storage.qualified(embeddings.directory()).getParent(), "data"));
    return Optional.of(beside)
        .filter(files -> storage.exists(files.card()))
        .filter(files -> files.readUnfinishedCard(storage).fingerprint().equals(card.dataset()));
  }

  private List<SearchResult.Hit> shown(
      List<SearchResult.Hit> hits, Optional<DatasetFiles> dataset) {
    if (dataset.isEmpty()) {
      return hits;
    }
    Set<String> wanted = hits.stream().map(SearchResult.Hit::key).collect(Collectors.toSet());
    Map<String, List<Optional<String>>> found = new HashMap<>();
    for (Split split : Split.values()) {
      ParquetRows.of(storage, dataset.get().shards(split))
          .forEach(
              SHOWN,
              row -> {
                String key = row.text(0);
                if (wanted.contains(key)) {
                  found.put(key, List.of(present(row, 1), present(row, 2)));
                }
                return found.size() < wanted.size();
              });
    }
    List<SearchResult.Hit> shown = new ArrayList<>();
    for (SearchResult.Hit hit : hits) {
      List<Optional<String>> sides =
          found.getOrDefault(hit.key(), List.of(Optional.empty(), Optional.empty()));
      shown.add(
          new SearchResult.Hit(
              hit.rank(),
              hit.similarity(),
              hit.key(),
              hit.split(),
              hit.label(),
              sides.get(0),
              sides.get(1)));
    }
    return shown;
  }
}
