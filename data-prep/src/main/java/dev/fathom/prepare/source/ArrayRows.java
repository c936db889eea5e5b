// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.NpyMatrix;
import dev.fathom.files.Storage;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Pairs of rows of arrays. A task reads the same range of rows of each, so no row is shuffled.
 *
 * @param labels one array or none
 * @param groups one array or none
 */
record ArrayRows(NpyMatrix x, NpyMatrix y, List<NpyMatrix> labels, List<NpyMatrix> groups)
    implements Serializable {

  /** The pairs of these matrices, if any range of the rows of each can be read. */
  static Optional<ArrayRows> of(
      Matrix x, Matrix y, Optional<Matrix> labels, Optional<Matrix> groups) {
    boolean all =
        Stream.of(Optional.of(x), Optional.of(y), labels, groups)
            .flatMap(Optional::stream)
            .allMatch(matrix -> matrix.array().isPresent());
    return all
        ? Optional.of(
            new ArrayRows(
                x.array().orElseThrow(),
                y.array().orElseThrow(),
                labels.flatMap(Matrix::array).stream().toList(),
                groups.flatMap(Matrix::array).stream().toList()))
        : Optional.empty();
  }

  /** The pairs, each task's in the order of the arrays. */
  JavaRDD<RawRow> on(JavaSparkContext spark) {
    long step = Matrix.rowsOfATask(Math.max(x.columns(), y.columns()));
    List<Long> starts =
        LongStream.iterate(0, from -> from < x.rows(), from -> from + step).boxed().toList();
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    return spark
        .parallelize(starts, Math.max(1, starts.size()))
        .flatMap(from -> range(new Storage(hadoop.value()), from, Math.min(x.rows(), from + step)));
  }

  private Iterator<RawRow> range(Storage storage, long from, long to) {
    double[] left = x.readDoubles(storage, from, to);
    double[] right = y.readDoubles(storage, from, to);
    List<String> label = names(labels, storage, from, to);
    List<String> group = names(groups, storage, from, to);
    return LongStream.range(from, to)
        .<RawRow>mapToObj(
            row -> {
              int at = (int) (row - from);
              return new RawRow.Pair(
                  RawRow.keyOf(row),
                  row,
                  Matrix.numbers(left, at * x.columns(), x),
                  Matrix.numbers(right, at * y.columns(), y),
                  label.isEmpty() ? "" : label.get(at),
                  group.isEmpty() ? "" : group.get(at));
            })
        .iterator();
  }

  /** The first column as text, empty if there is no array. */
  private static List<String> names(List<NpyMatrix> arrays, Storage storage, long from, long to) {
    return arrays.stream()
        .flatMap(
            array -> {
              double[] values = array.readDoubles(storage, from, to);
              return LongStream.range(0, to - from)
                  .mapToObj(row -> (int) row * array.columns())
                  .map(at -> Matrix.name(Matrix.numbers(values, at, array)));
            })
        .toList();
  }
}
