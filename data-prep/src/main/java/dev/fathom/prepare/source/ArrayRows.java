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
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Pairs of rows of arrays. A task reads the same range of rows of each array, so no row is
 * shuffled.
 *
 * @param labels one array, or none
 * @param groups one array, or none
 */
record ArrayRows(NpyMatrix x, NpyMatrix y, List<NpyMatrix> labels, List<NpyMatrix> groups)
    implements Serializable {

  /** Makes the pairs of these matrices; empty unless any range of the rows of each can be read. */
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

  /** The pairs, in each task in the order of the arrays. */
  JavaRDD<RawRow> on(JavaSparkContext spark) {
    long step = Matrix.rowsOfTask(Math.max(x.columns(), y.columns()));
    List<Long> starts =
        LongStream.iterate(0, from -> from < x.rows(), from -> from + step).boxed().toList();
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    return spark
        .parallelize(starts, Math.max(1, starts.size()))
        .flatMap(from -> range(new Storage(hadoop.value()), from, Math.min(x.rows(), from + step)));
  }

  private Iterator<RawRow> range(Storage storage, long from, long to) {
    NpyMatrix.Rows left = opened(x, storage, from, to);
    NpyMatrix.Rows right = opened(y, storage, from, to);
    List<NpyMatrix.Rows> label =
        labels.stream().map(array -> opened(array, storage, from, to)).toList();
    List<NpyMatrix.Rows> group =
        groups.stream().map(array -> opened(array, storage, from, to)).toList();
    return LongStream.range(from, to)
        .<RawRow>mapToObj(
            row ->
                new RawRow.Pair(
                    RawRow.keyOf(row),
                    row,
                    Numbers.checked(left.next()),
                    Numbers.checked(right.next()),
                    name(label),
                    name(group)))
        .iterator();
  }

  /** Opens rows that are closed when the task ends, however it ends. */
  static NpyMatrix.Rows opened(NpyMatrix array, Storage storage, long from, long to) {
    NpyMatrix.Rows rows = array.rows(storage, from, to);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> rows.close());
    return rows;
  }

  /** The next name, empty if there is no array. */
  private static String name(List<NpyMatrix.Rows> names) {
    return names.isEmpty() ? "" : Matrix.name(Numbers.checked(names.get(0).next()));
  }
}
