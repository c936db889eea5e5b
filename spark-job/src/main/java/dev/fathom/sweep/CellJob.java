// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** One Spark job whose tasks are cells, and whose results are heard of one by one. */
record CellJob(JavaSparkContext context, Broadcast<SweepData> pairs) {

  /** Runs the cells; the listener is called on one thread, as each ends. */
  void run(List<CellTask> cells, Consumer<CellResult> listener) {
    RDD<CellTask> tasks = context.parallelize(cells, cells.size()).rdd();
    context
        .sc()
        .runJob(
            tasks,
            new OnCell(pairs),
            new Heard(listener),
            ClassTag$.MODULE$.<CellResult>apply(CellResult.class));
  }

  /** A task as Spark takes it. */
  private static final class OnCell
      extends AbstractFunction2<TaskContext, Iterator<CellTask>, CellResult>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Broadcast<SweepData> pairs;

    OnCell(Broadcast<SweepData> pairs) {
      this.pairs = pairs;
    }

    @Override
    public CellResult apply(TaskContext task, Iterator<CellTask> cell) {
      return cell.next().run(pairs.value());
    }
  }

  /** What the driver does with a result. */
  private static final class Heard extends AbstractFunction2<Object, CellResult, BoxedUnit> {
    private final Consumer<CellResult> listener;

    Heard(Consumer<CellResult> listener) {
      this.listener = listener;
    }

    @Override
    public BoxedUnit apply(Object index, CellResult result) {
      listener.accept(result);
      return BoxedUnit.UNIT;
    }
  }
}
