// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

/**
 * A persisted RDD of one element a partition, whose lineage is broadcast once, in place of being
 * shipped with every task. A plan that reads Parquet weighs a hundred kilobytes, which a task that
 * takes a few milliseconds would take longer to unpack than to run. A partition that is lost with
 * its executor is still made anew from the lineage, which must not hold a shuffle.
 */
final class PlacedRdd<T> extends RDD<T> {
  private static final long serialVersionUID = 1L;

  /** The RDD as the driver knows it. */
  private final transient RDD<T> original;

  private final Broadcast<Lineage<T>> lineage;

  /** Spark refuses to broadcast an RDD by itself, which is seldom meant. */
  private record Lineage<T>(RDD<T> rdd) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private record Place(int index, Partition original) implements Partition {
    private static final long serialVersionUID = 1L;
  }

  private PlacedRdd(RDD<T> original, Broadcast<Lineage<T>> lineage, ClassTag<T> type) {
    super(original.context(), JavaConverters.asScalaBuffer(List.<Dependency<?>>of()), type);
    this.original = original;
    this.lineage = lineage;
  }

  static <T> PlacedRdd<T> of(JavaRDD<T> persisted) {
    RDD<T> rdd = persisted.rdd();
    resolve(rdd);
    return new PlacedRdd<>(
        rdd,
        JavaSparkContext.fromSparkContext(rdd.context()).broadcast(new Lineage<>(rdd)),
        persisted.classTag());
  }

  /**
   * Lets the whole lineage find its dependencies, which Spark does for what it ships itself: an RDD
   * that arrives elsewhere without them cannot find them there.
   */
  private static void resolve(RDD<?> rdd) {
    JavaConverters.seqAsJavaList(rdd.dependencies())
        .forEach(dependency -> resolve(dependency.rdd()));
  }

  /** What is done with the one element of a partition. */
  interface Task<T, R> extends Serializable {
    /** Does it; {@code partition} is the partition's number. */
    R run(T element, int partition);
  }

  /**
   * Does something with every partition's one element; the results are in the partitions' order.
   */
  @SuppressWarnings("unchecked") // Spark hands back an Object[] of what the task gave.
  <R> List<R> each(Task<T, R> task) {
    ClassTag<R> any = (ClassTag<R>) ClassTag$.MODULE$.Object();
    List<R> results = new ArrayList<>();
    for (Object result : (Object[]) context().runJob(this, new OnElement<>(task), any)) {
      results.add((R) result);
    }
    return results;
  }

  /**
   * A task as Spark takes it. Of a class that bears a name Spark knows that there is nothing to
   * clean; for a lambda it would read class files, job by job, which took longer than the job.
   */
  private static final class OnElement<T, R> extends AbstractFunction2<TaskContext, Iterator<T>, R>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Task<T, R> task;

    OnElement(Task<T, R> task) {
      this.task = task;
    }

    @Override
    public R apply(TaskContext context, Iterator<T> elements) {
      return task.run(elements.next(), context.partitionId());
    }
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] originals = original.partitions();
    Partition[] places = new Partition[originals.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = new Place(i, originals[i]);
    }
    return places;
  }

  @Override
  public Seq<String> getPreferredLocations(Partition split) {
    // Where the block lies; the scheduler knows an executor by the text form of its location.
    return JavaConverters.asScalaBuffer(
        JavaConverters.seqAsJavaList(context().getPreferredLocs(original, split.index())).stream()
            .map(Object::toString)
            .toList());
  }

  @Override
  public Iterator<T> compute(Partition split, TaskContext context) {
    return lineage.value().rdd().iterator(((Place) split).original(), context);
  }
}
