// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The item that each of n pairs has on either side. Pairs with identical content on a side have the
 * same item there: whoever finds it has found it for all of them. Items are numbered in the order
 * in which they first appear.
 */
public final class Items implements Serializable {
  private static final long serialVersionUID = 1;

  private final Numbered x;
  private final Numbered y;

  private Items(Numbered x, Numbered y) {
    this.x = x;
    this.y = y;
  }

  /**
   * The items of one side.
   *
   * @param of item of each pair
   * @param pairs pairs of each item, ascending
   */
  private record Numbered(int[] of, int[][] pairs) implements Serializable {
    private static final long serialVersionUID = 1;

    static Numbered distinct(int count) {
      int[] all = IntStream.range(0, count).toArray();
      return new Numbered(
          all, IntStream.of(all).mapToObj(i -> new int[] {i}).toArray(int[][]::new));
    }

    static Numbered of(List<?> content) {
      Map<Object, Integer> known = new HashMap<>();
      int[] of = new int[content.size()];
      int items = 0;
      for (int i = 0; i < of.length; i++) {
        Object here = content.get(i);
        Integer item = here == null ? null : known.putIfAbsent(here, items);
        of[i] = item == null ? items++ : item;
      }
      int[] sizes = new int[items];
      Arrays.stream(of).forEach(item -> sizes[item]++);
      int[][] pairs = Arrays.stream(sizes).mapToObj(int[]::new).toArray(int[][]::new);
      for (int i = of.length - 1; i >= 0; i--) {
        pairs[of[i]][--sizes[of[i]]] = i;
      }
      return new Numbered(of, pairs);
    }

    Numbered select(int[] rows) {
      return of(Arrays.stream(rows).mapToObj(row -> of[row]).toList());
    }

    /** The first row of each item, in n × d values. */
    float[] rows(float[] values, int d) {
      if (pairs.length == of.length) {
        return values;
      }
      float[] chosen = new float[pairs.length * d];
      for (int item = 0; item < pairs.length; item++) {
        System.arraycopy(values, pairs[item][0] * d, chosen, item * d, d);
      }
      return chosen;
    }
  }

  /** Returns the items of pairs that share no content, or whose content is unknown. */
  public static Items distinct(int pairs) {
    Numbered numbered = Numbered.distinct(pairs);
    return new Items(numbered, numbered);
  }

  /**
   * Returns the items of pairs with this content.
   *
   * @param x content of each pair's x, compared by {@code equals}; null equals nothing else
   * @param y content of each pair's y, one for each x
   */
  public static Items of(List<?> x, List<?> y) {
    if (x.size() != y.size()) {
      throw new IllegalArgumentException(
          String.format("%d contents of x beside %d of y", x.size(), y.size()));
    }
    return new Items(Numbered.of(x), Numbered.of(y));
  }

  /** Returns the items of the given pairs only. */
  public Items select(int[] rows) {
    return new Items(x.select(rows), y.select(rows));
  }

  /** Returns the items with x and y exchanged. */
  public Items swapped() {
    return new Items(y, x);
  }

  /** n, the number of pairs. */
  public int pairs() {
    return x.of.length;
  }

  /** The number of different x. */
  public int countX() {
    return x.pairs.length;
  }

  /** The number of different y. */
  public int countY() {
    return y.pairs.length;
  }

  /** Whether the x of one pair and the y of another belong together. */
  public boolean match(int pairOfX, int pairOfY) {
    return belong(x.of[pairOfX], y.of[pairOfY]);
  }

  /** The item that is a pair's x. */
  public int x(int pair) {
    return x.of[pair];
  }

  /** The item that is a pair's y. */
  public int y(int pair) {
    return y.of[pair];
  }

  /** The pairs whose x is this item, ascending; must not be changed. */
  public int[] pairsOfX(int item) {
    return x.pairs[item];
  }

  /** The pairs whose y is this item, ascending; must not be changed. */
  public int[] pairsOfY(int item) {
    return y.pairs[item];
  }

  /** Returns one row for each item of x, out of n × d values. */
  float[] rowsX(float[] values, int d) {
    return x.rows(values, d);
  }

  /** Returns one row for each item of y, out of n × d values. */
  float[] rowsY(float[] values, int d) {
    return y.rows(values, d);
  }

  /** Whether some pair consists of these items, so that each is a right answer to the other. */
  boolean belong(int itemX, int itemY) {
    int[] ofX = x.pairs[itemX];
    int[] ofY = y.pairs[itemY];
    return ofX.length <= ofY.length
        ? Arrays.stream(ofX).anyMatch(pair -> y.of[pair] == itemY)
        : Arrays.stream(ofY).anyMatch(pair -> x.of[pair] == itemX);
  }

  /** The number of different y that are right answers to an x. */
  int partnersOfX(int item) {
    int[] pairs = x.pairs[item];
    return pairs.length == 1
        ? 1
        : (int) Arrays.stream(pairs).map(pair -> y.of[pair]).distinct().count();
  }
}
