// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.monitoring.LogContext;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** A Spark job whose tasks are cells, and which reports each result as soon as it is there. */
record CellJob(JavaSparkContext context, Broadcast<SweepData> pairs) {

  /**
   * Runs the cells. The listener is called on the scheduler's thread as each cell ends. An
   * exception of the listener ends the job.
   */
  void run(List<CellTask> cells, Consumer<CellResult> listener) {
    ResultListener results = new ResultListener(LogContext.carried(listener));
    try {
      context
          .sc()
          .runJob(
              context.parallelize(cells, cells.size()).rdd(),
              new OnCell(pairs),
              results,
              ClassTag$.MODULE$.<CellResult>apply(CellResult.class));
    } catch (Exception e) {
      // Rethrows the listener's own exception, as Spark wraps it in one that it does not declare.
      if (results.failure != null) {
        throw results.failure;
      }
      throw e;
    }
  }

  /** A task in the form that Spark takes. */
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

  /** Passes a result to the listener on the driver. */
  private static final class ResultListener
      extends AbstractFunction2<Object, CellResult, BoxedUnit> {
    private final Consumer<CellResult> listener;
    private volatile RuntimeException failure;

    ResultListener(Consumer<CellResult> listener) {
      this.listener = listener;
    }

    @Override
    public BoxedUnit apply(Object index, CellResult result) {
      try {
        listener.accept(result);
      } catch (RuntimeException e) {
        failure = e;
        throw e;
      }
      return BoxedUnit.UNIT;
    }
  }
}
