// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.PairedEmbeddings;
import dev.fathom.evaluate.RetrievalExamples;
import dev.fathom.evaluate.RetrievalExamples.Query;
import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.intrinsic.Projection;
import dev.fathom.intrinsic.points.PreparedPoints;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Chooses the examples that a person is shown of measured embeddings. */
final class ShowcaseMaker {
  private static final int MOST_PLACES = 2000;
  private static final int LONGEST_TEXT = 200;

  private final EmbeddingRows rows;
  private final PairContents contents;
  private final long seed;

  ShowcaseMaker(EmbeddingRows rows, PairContents contents, long seed) {
    this.rows = rows;
    this.contents = contents;
    this.seed = seed;
  }

  /**
   * Chooses the examples.
   *
   * @param around the dimension around each embedding of x, NaN where it was not measured
   */
  Showcase of(double[] around) {
    EmbeddedPairs pairs = rows.pairs();
    PreparedPoints prepared = PreparedPoints.of(pairs.pointsX(), seed);
    boolean plane = prepared.points().count() > 1;
    Projection projection =
        plane
            ? Projection.of(prepared, MOST_PLACES)
            : new Projection(new int[0], new double[0], new double[0], 1);
    int[] finite = pairs.comparable() ? pairs.finiteRows() : new int[0];
    if (finite.length < 2) {
      return new Showcase(
          Map.of(),
          List.of(),
          List.of(),
          0,
          places(projection, around),
          projection.share(),
          Optional.empty());
    }
    PairedEmbeddings paired = pairs.finite().paired();
    RetrievalExamples examples = RetrievalExamples.of(paired, seed);
    List<Query> xToY = named(examples.xToY(), finite);
    List<Query> yToX = named(examples.yToX(), finite);
    return new Showcase(
        items(xToY, yToX),
        xToY,
        yToX,
        finite.length,
        places(projection, around),
        projection.share(),
        Optional.of(SimilarityHistogram.of(paired)));
  }

  /** Renumbers queries from rows of the finite embeddings to rows of all embeddings. */
  private static List<Query> named(List<Query> queries, int[] finite) {
    return queries.stream()
        .map(
            query ->
                new Query(
                    finite[query.asker()],
                    query.answers().stream().map(answer -> finite[answer]).toList(),
                    query.right().stream().map(answer -> finite[answer]).toList(),
                    query.rank(),
                    query.worst()))
        .toList();
  }

  private Map<Integer, Showcase.Item> items(List<Query> xToY, List<Query> yToX) {
    Set<Integer> shown = new LinkedHashSet<>();
    Stream.concat(xToY.stream(), yToX.stream())
        .forEach(
            query -> {
              shown.add(query.asker());
              shown.addAll(query.answers());
              shown.addAll(query.right());
            });
    Map<String, Showcase.Item> found =
        contents.read(shown.stream().map(rows.keys()::get).toList(), true);
    Map<Integer, Showcase.Item> items = new LinkedHashMap<>();
    for (int row : shown) {
      String key = rows.keys().get(row);
      Showcase.Shown bare = new Showcase.Shown("", "");
      items.put(row, found.getOrDefault(key, new Showcase.Item(key, bare, bare)));
    }
    return items;
  }

  private List<Showcase.Place> places(Projection projection, double[] around) {
    List<String> keys = new ArrayList<>();
    for (int row : projection.rows()) {
      keys.add(rows.keys().get(row));
    }
    Map<String, Showcase.Item> found = contents.read(keys, false);
    List<Showcase.Place> places = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      int row = projection.rows()[i];
      places.add(
          new Showcase.Place(
              projection.first()[i],
              projection.second()[i],
              cut(found.containsKey(keys.get(i)) ? text(found.get(keys.get(i))) : keys.get(i)),
              rows.pairs().labels().get(row),
              Double.isFinite(around[row])
                  ? OptionalDouble.of(around[row])
                  : OptionalDouble.empty()));
    }
    return places;
  }

  private static String text(Showcase.Item item) {
    return Stream.of(item.key(), item.x().text(), item.y().text())
        .filter(part -> !part.isBlank())
        .distinct()
        .collect(Collectors.joining("\n"));
  }

  private static String cut(String text) {
    return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
  }
}
