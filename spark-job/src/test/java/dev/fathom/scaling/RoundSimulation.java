// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.scaling;

import dev.fathom.random.RandomStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A round as a sequence of events: each block, task, message and result by itself. It shares with
 * {@link RoundCost} what a byte, a task and a message cost, and nothing of how these add up.
 */
final class RoundSimulation {
  /*
   * An interface's direction is shared equally by the transfers that it is the narrower end of. That is max-min
   * fairness here, as the other end never has a second transfer: an executor fetches one block of a broadcast at a time
   * (its downlink is its own), and sends one result (its uplink is). All interfaces are equally fast.
   */

  private static final int DRIVER = 0;

  private final RoundCost round;
  private final RandomGenerator random;
  private final double bytes;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingDouble(Event::time).thenComparingLong(Event::number));
  private final List<Link> uplinks;
  private final List<Link> downlinks;
  private final Server launcher = new Server();
  private final Server messages = new Server();
  private final Queue<Runnable> results = new ArrayDeque<>();
  private double now;
  private long scheduled;
  private int running;
  private int computed;
  private int taken;

  private record Event(double time, long number, Runnable action) {}

  private RoundSimulation(RoundCost round, long seed) {
    this.round = round;
    random = RandomStream.of(seed, "round-simulation");
    bytes = round.bytes();
    uplinks = Stream.generate(Link::new).limit(1L + round.executors()).toList();
    downlinks = Stream.generate(Link::new).limit(1L + round.executors()).toList();
  }

  /**
   * What came of a round.
   *
   * @param sent bytes that left the driver
   * @param taken bytes that came to it
   */
  record Outcome(double seconds, double sent, double taken) {}

  /** A round of so many seconds of arithmetic. */
  static Outcome run(RoundCost round, double arithmetic, long seed) {
    return new RoundSimulation(round, seed).run(arithmetic);
  }

  private Outcome run(double arithmetic) {
    after(RoundCost.STAGE + bytes * RoundCost.MAKE, () -> bringOut(arithmetic));
    while (!events.isEmpty()) {
      Event event = events.poll();
      now = event.time();
      event.action().run();
    }
    return new Outcome(now, uplinks.get(DRIVER).carried, downlinks.get(DRIVER).carried);
  }

  /** The tasks are launched one after another; an executor fetches the weights for its first. */
  private void bringOut(double arithmetic) {
    List<List<Integer>> holders = new ArrayList<>();
    for (int block = 0; block < round.blocks(); block++) {
      holders.add(new ArrayList<>(List.of(DRIVER)));
    }
    for (int executor = 1; executor <= round.executors(); executor++) {
      int[] order = IntStream.range(0, round.blocks()).toArray();
      RandomStream.shuffle(order, order.length, random);
      Fetch fetch = new Fetch(executor, order, holders, arithmetic);
      launcher.serve(RoundCost.TASK, () -> fetch.block(0));
    }
  }

  /** An executor's blocks, one at a time in an order of its own, each from a random holder. */
  private final class Fetch {
    private final int executor;
    private final int[] order;
    private final List<List<Integer>> holders;
    private final double arithmetic;

    Fetch(int executor, int[] order, List<List<Integer>> holders, double arithmetic) {
      this.executor = executor;
      this.order = order;
      this.holders = holders;
      this.arithmetic = arithmetic;
    }

    void block(int i) {
      if (i == order.length) {
        after(bytes * RoundCost.READ + arithmetic, RoundSimulation.this::compute);
        return;
      }
      List<Integer> have = holders.get(order[i]);
      messages.serve(
          RoundCost.MESSAGE,
          () ->
              uplinks
                  .get(have.get(random.nextInt(have.size())))
                  .send(
                      round.blockBytes(),
                      () ->
                          messages.serve(
                              RoundCost.MESSAGE,
                              () -> {
                                have.add(executor);
                                block(i + 1);
                              })));
    }
  }

  private void compute() {
    if (round.grouped()) {
      after(
          bytes * RoundCost.MAKE,
          () -> {
            computed++;
            if (computed == round.executors()) {
              after(RoundCost.STAGE, this::average);
            }
          });
    } else {
      after(bytes * RoundCost.GIVE, this::bringBack);
    }
  }

  /** The second stage: each group's results go to one executor. */
  private void average() {
    for (int first = 0; first < round.executors(); first += round.groupSize()) {
      int reducer = 1 + first / round.groupSize();
      int size = Math.min(round.groupSize(), round.executors() - first);
      Server reader = new Server();
      launcher.serve(RoundCost.TASK, () -> reduce(downlinks.get(reducer), reader, size, size));
    }
  }

  /** Fetches one result after another, and reads it while the next is fetched. */
  private void reduce(Link downlink, Server reader, int left, int size) {
    downlink.send(
        bytes,
        () -> {
          if (left > 1) {
            reader.serve(bytes * RoundCost.READ, () -> {});
            reduce(downlink, reader, left - 1, size);
          } else {
            reader.serve(
                bytes * (RoundCost.READ + size * RoundCost.AVERAGE + RoundCost.GIVE),
                this::bringBack);
          }
        });
  }

  /** A result waits for one of the driver's threads, which fetches it and makes objects of it. */
  private void bringBack() {
    results.add(
        () ->
            downlinks
                .get(DRIVER)
                .send(bytes, () -> after(bytes * RoundCost.TAKE, this::resultTaken)));
    takeNext();
  }

  private void takeNext() {
    if (running < round.takers() && !results.isEmpty()) {
      running++;
      results.remove().run();
    }
  }

  private void resultTaken() {
    running--;
    taken++;
    if (taken == round.results() && taken > 1) {
      after(taken * bytes * RoundCost.AVERAGE, () -> {});
    }
    takeNext();
  }

  private void after(double seconds, Runnable action) {
    events.add(new Event(now + seconds, scheduled++, action));
  }

  /** Does one thing after another. */
  private final class Server {
    private double free;

    void serve(double seconds, Runnable then) {
      free = Math.max(free, now) + seconds;
      after(free - now, then);
    }
  }

  /**
   * One direction of an interface. {@code sent} is what each transfer would have got that had been
   * there from the start.
   */
  private final class Link {
    private final PriorityQueue<Transfer> transfers =
        new PriorityQueue<>(Comparator.comparingDouble(Transfer::end));
    private double carried;
    private double sent;
    private double since;
    private long version;

    private record Transfer(double end, Runnable then) {}

    void send(double size, Runnable then) {
      advance();
      carried += size;
      transfers.add(new Transfer(sent + size, then));
      awaitNext();
    }

    private void advance() {
      if (!transfers.isEmpty()) {
        sent += (now - since) * round.bytesPerSecond() / transfers.size();
      }
      since = now;
    }

    private void awaitNext() {
      version++;
      if (transfers.isEmpty()) {
        return;
      }
      long awaited = version;
      double left = Math.max(0, transfers.peek().end() - sent);
      after(
          left * transfers.size() / round.bytesPerSecond(),
          () -> {
            if (version == awaited) {
              advance();
              Transfer done = transfers.remove();
              awaitNext();
              done.then().run();
            }
          });
    }
  }
}
