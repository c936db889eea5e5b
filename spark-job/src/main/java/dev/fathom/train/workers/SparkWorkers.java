// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import dev.fathom.collective.BarrierGroup;
import dev.fathom.collective.Collective;
import dev.fathom.collective.Rendezvous;
import dev.fathom.monitoring.LogContext;
import dev.fathom.train.pairs.PlacedPairs;
import dev.fathom.train.pairs.PlacedRdd;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Workers that are Spark tasks.
 *
 * @param <E> type of the single element of an RDD's partition
 */
public final class SparkWorkers<E> implements Workers {
  private static final Logger LOG = LoggerFactory.getLogger(SparkWorkers.class);

  /** How long the number of workers stays the same before newly available cores are used. */
  private static final Duration GROWING = Duration.ofSeconds(30);

  private final Contents<E> contents;
  private final Placing<E> placing;
  private PlacedRdd<E> rdd;
  private Instant placed = Instant.now();
  private Optional<Rendezvous> rendezvous = Optional.empty();

  /** Finds the pairs in an element. */
  public interface Contents<E> extends Serializable {
    /** Returns the pairs of an element. */
    PlacedPairs of(E element);
  }

  /** Places the same pairs on another number of workers. */
  public interface Placing<E> {
    /** Places the pairs on the given number of workers. */
    PlacedRdd<E> on(int workers);

    /** The largest number of workers. */
    int most();
  }

  public SparkWorkers(PlacedRdd<E> rdd, Contents<E> contents, Placing<E> placing) {
    this.rdd = rdd;
    this.contents = contents;
    this.placing = placing;
  }

  /** Returns workers whose elements are just pairs, and which do no collective tasks. */
  public static SparkWorkers<PlacedPairs> of(PlacedRdd<PlacedPairs> rdd) {
    return new SparkWorkers<>(
        rdd,
        pairs -> pairs,
        new Placing<>() {
          @Override
          public PlacedRdd<PlacedPairs> on(int workers) {
            throw new IllegalStateException("these pairs stay where they are");
          }

          @Override
          public int most() {
            return rdd.getNumPartitions();
          }
        });
  }

  @Override
  public <T> List<T> each(WorkerTask<T> task) {
    return flat(rdd.each(onEach(contents, task)));
  }

  private static <E, T> PlacedRdd.Task<E, List<T>> onEach(
      Contents<E> contents, WorkerTask<T> task) {
    return (element, number) -> task.onEach(contents.of(element).partitions());
  }

  @Override
  public <T> List<T> validate(WorkerTask<T> task) {
    return flat(rdd.each(onValidation(contents, task)));
  }

  private static <E, T> PlacedRdd.Task<E, List<T>> onValidation(
      Contents<E> contents, WorkerTask<T> task) {
    return (element, number) -> task.onEach(contents.of(element).validation());
  }

  private static <T> List<T> flat(List<List<T>> results) {
    return results.stream().flatMap(List::stream).toList();
  }

  /**
   * Runs a collective task. It uses fewer workers than before if executors are gone for good, and
   * more if new ones have come; the bits of the result do not change.
   */
  @Override
  public <T> List<T> together(CollectiveTask<T> task) {
    Slots slots = new Slots(rdd.context());
    int most = Math.min(slots.now(), placing.most());
    if (most > rdd.getNumPartitions() && Instant.now().isAfter(placed.plus(GROWING))) {
      place(most);
    }
    while (true) {
      int workers = rdd.getNumPartitions();
      if (workers == 1) {
        return rdd.each(alone(contents, task));
      }
      try {
        return slots.withAll(workers, () -> rdd.together(member(contents, rendezvous(), task)));
      } catch (Slots.TooFew e) {
        if (e.slots() < workers) {
          place(e.slots());
        }
      }
    }
  }

  private void place(int workers) {
    LOG.warn("train   {} workers go on, in place of {}", workers, rdd.getNumPartitions());
    rdd = placing.on(workers);
    placed = Instant.now();
  }

  /** The name of the workers' rendezvous, which the first call opens. */
  private String rendezvous() {
    rendezvous = rendezvous.or(() -> Optional.of(new Rendezvous()));
    return rendezvous.get().name();
  }

  @Override
  public void close() {
    rendezvous.ifPresent(Rendezvous::close);
    rendezvous = Optional.empty();
  }

  private static <E, T> PlacedRdd.Task<E, T> alone(Contents<E> contents, CollectiveTask<T> task) {
    return (element, number) -> {
      PlacedPairs pairs = contents.of(element);
      return task.run(pairs, Collective.alone(pairs.of()));
    };
  }

  private static <E, T> PlacedRdd.Task<E, List<T>> member(
      Contents<E> contents, String rendezvous, CollectiveTask<T> task) {
    return (element, number) -> {
      PlacedPairs pairs = contents.of(element);
      try (BarrierGroup group = BarrierGroup.join(rendezvous, pairs.from(), pairs.to())) {
        T result = group.run(collective -> task.run(pairs, collective));
        return List.of(result);
      }
    };
  }

  @Override
  public <T> T reduce(WorkerTask<T> task, Merge<T> merge) {
    int workers = rdd.getNumPartitions();
    return merge.of(Groups.isOne(workers) ? each(task) : ofGroups(task, merge, workers));
  }

  /** Merges in groups, in the order of the partitions rather than of arrival. */
  private <T> List<T> ofGroups(WorkerTask<T> task, Merge<T> merge, int workers) {
    int size = Groups.size(workers);
    PlacedRdd.Task<E, List<T>> onEach = onEach(contents, task);
    return rdd
        .toJavaRDD()
        .mapToPair(
            element -> {
              int worker = TaskContext.getPartitionId();
              return new Tuple2<>(worker / size, new Tuple2<>(worker, onEach.run(element, worker)));
            })
        .groupByKey((workers + size - 1) / size)
        .mapValues(
            group ->
                merge.of(
                    StreamSupport.stream(group.spliterator(), false)
                        .sorted(Comparator.comparing(Tuple2::_1))
                        .flatMap(numbered -> numbered._2().stream())
                        .toList()))
        .collect()
        .stream()
        .sorted(Comparator.comparing(Tuple2::_1))
        .map(Tuple2::_2)
        .toList();
  }

  @Override
  public <T> BroadcastValue<T> broadcast(T value, long bytes) {
    return BroadcastValue.of(JavaSparkContext.fromSparkContext(rdd.context()), value, bytes);
  }

  @Override
  public void describe(String purpose) {
    rdd.context().setJobDescription(purpose);
  }

  @Override
  public void beginRound(int round) {
    LogContext.ROUND.set(rdd.context(), Integer.toString(round));
    Workers.super.beginRound(round);
  }
}
