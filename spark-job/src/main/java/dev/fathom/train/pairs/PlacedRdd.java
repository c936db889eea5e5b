// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.RDDBlockId;
import scala.Option;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;

/**
 * An RDD with one element per partition. Its lineage is broadcast once and not sent with every
 * task: a plan that reads Parquet takes a hundred kilobytes, and a task of a few milliseconds would
 * take longer to unpack it than to run. The lineage must not contain a shuffle.
 *
 * <p>If the RDD is persisted, an executor that lacks a partition computes it from the lineage and
 * keeps it. Spark by itself would let each task fetch it, through the heap, from an executor that
 * has it.
 */
public final class PlacedRdd<T> extends RDD<T> {
  private static final long serialVersionUID = 1L;

  /** The RDD on the driver; null on executors. */
  private final transient RDD<T> original;

  private final Broadcast<Lineage<T>> lineage;

  /** Wraps an RDD, as Spark refuses to broadcast a bare one. */
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

  public static <T> PlacedRdd<T> of(JavaRDD<T> given) {
    RDD<T> rdd = given.rdd();
    resolve(rdd);
    return new PlacedRdd<>(
        rdd,
        JavaSparkContext.fromSparkContext(rdd.context()).broadcast(new Lineage<>(rdd)),
        given.classTag());
  }

  /**
   * Resolves the dependencies of the whole lineage. Spark does so for an RDD that it sends itself;
   * an RDD that arrives on an executor by other means cannot resolve them there.
   */
  private static void resolve(RDD<?> rdd) {
    JavaConverters.seqAsJavaList(rdd.dependencies())
        .forEach(dependency -> resolve(dependency.rdd()));
  }

  /** Frees the partitions that executors keep. */
  public void release() {
    original.unpersist(false);
  }

  /** Work on the single element of a partition. */
  public interface Task<T, R> extends Serializable {
    /** Does the work; {@code partition} is the partition's number. */
    R run(T element, int partition);
  }

  /** Runs a task on every partition's element. The results are in the order of the partitions. */
  @SuppressWarnings("unchecked") // Spark returns an Object[] of the tasks' results.
  public <R> List<R> each(Task<T, R> task) {
    ClassTag<R> any = (ClassTag<R>) ClassTag$.MODULE$.Object();
    List<R> results = new ArrayList<>();
    for (Object result : (Object[]) context().runJob(this, new OnElement<>(task), any)) {
      results.add((R) result);
    }
    return results;
  }

  /**
   * Runs tasks on every partition's element, all at the same time. The results are in the order of
   * the partitions. If one task fails, Spark runs all of them again.
   */
  @SuppressWarnings("unchecked") // Spark returns an Object[] of the tasks' results.
  public <R> List<R> together(Task<T, List<R>> task) {
    ClassTag<R> any = (ClassTag<R>) ClassTag$.MODULE$.Object();
    RDD<R> barrier = barrier().mapPartitions(new OnElements<>(task), false, any);
    return (List<R>) List.of((Object[]) barrier.collect());
  }

  /** A barrier task in the form that Spark takes. */
  private static final class OnElements<T, R> extends AbstractFunction1<Iterator<T>, Iterator<R>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Task<T, List<R>> task;

    OnElements(Task<T, List<R>> task) {
      this.task = task;
    }

    @Override
    public Iterator<R> apply(Iterator<T> elements) {
      return JavaConverters.asScalaIterator(
          task.run(elements.next(), TaskContext.getPartitionId()).iterator());
    }
  }

  /**
   * A task in the form that Spark takes. It is a named class, as for a lambda Spark's closure
   * cleaner would read class files in every job, which took longer than the job.
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
    // Prefers the executor that holds the block; the scheduler knows it by the text form of its
    // location.
    return JavaConverters.asScalaBuffer(
        JavaConverters.seqAsJavaList(context().getPreferredLocs(original, split.index())).stream()
            .map(Object::toString)
            .toList());
  }

  @Override
  @SuppressWarnings("unchecked") // Spark stores blocks without their element type.
  public Iterator<T> compute(Partition split, TaskContext context) {
    RDD<T> rdd = lineage.value().rdd();
    if (!rdd.getStorageLevel().isValid()) {
      return rdd.iterator(((Place) split).original(), context);
    }
    BlockManager blocks = SparkEnv.get().blockManager();
    RDDBlockId block = new RDDBlockId(rdd.id(), split.index());
    Option<BlockResult> here = blocks.getLocalValues(block);
    if (here.isDefined()) {
      return (Iterator<T>) here.get().data();
    }
    T element = rdd.compute(((Place) split).original(), context).next();
    blocks.putSingle(block, element, rdd.getStorageLevel(), true, rdd.elementClassTag());
    return JavaConverters.asScalaIterator(List.of(element).iterator());
  }
}
