// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import static dev.fathom.report.PageText.whole;

import dev.fathom.evaluate.RetrievalExamples.Query;
import dev.fathom.measure.Showcase;
import java.util.ArrayList;
import java.util.List;

/**
 * Queries with their results.
 *
 * @param xAsks true if x asks and y answers, false for the opposite direction
 */
record Gallery(Showcase shown, boolean xAsks) {

  /**
   * One side of a pair.
   *
   * @param kind class of the tile: asks, right or wrong
   * @param mark text that marks the tile
   * @param text caption, name or key
   * @param picture a data URI, empty if there is no picture
   */
  record Tile(String kind, String mark, String text, String picture) {}

  /**
   * The tiles of each query: the asker, its results, and the right answers that are not among them.
   */
  List<List<Tile>> queries() {
    return (xAsks ? shown.xToY() : shown.yToX()).stream().map(this::tiles).toList();
  }

  private List<Tile> tiles(Query query) {
    List<Tile> tiles = new ArrayList<>();
    tiles.add(tile("asks", query.worst() ? "a mistake" : "asks", query.asker(), xAsks));
    for (int answer : query.answers()) {
      tiles.add(
          query.right().contains(answer)
              ? tile("right", "\u2713 right", answer, !xAsks)
              : tile("wrong", "\u2717", answer, !xAsks));
    }
    for (int right : query.right()) {
      if (!query.answers().contains(right)) {
        tiles.add(tile("right", "right, at " + whole(query.rank()), right, !xAsks));
      }
    }
    return tiles;
  }

  private Tile tile(String kind, String mark, int row, boolean x) {
    Showcase.Item item = shown.items().get(row);
    Showcase.Shown side = x ? item.x() : item.y();
    return new Tile(kind, mark, side.text().isBlank() ? item.key() : side.text(), side.picture());
  }
}
