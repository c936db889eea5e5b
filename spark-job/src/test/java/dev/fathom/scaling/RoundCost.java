// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.scaling;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a round of training costs beside its arithmetic, in closed form, where every executor has
 * one core and so one worker. {@code docs/scaling.md} shows what comes of it.
 *
 * @param parameters of both towers
 * @param executors W, which is the number of workers too
 * @param bytesPerSecond of every network interface, each way
 * @param driverCores cores that the driver has
 * @param executorsACore how many executors share a core: 1, but for a cluster on one machine
 */
public record RoundCost(
    long parameters, int executors, double bytesPerSecond, int driverCores, double executorsACore) {
  /*
   * With b = 12 bytes a parameter (the parameters and Adam's two moments) a round is
   *
   *   the job's own time
   * + b made to blocks, on one thread of the driver
   * + the broadcast: n blocks to W executors, who fetch one at a time, in an order of their own, from whoever has it. To
   *   begin with only the driver does, who sends W blocks before anybody is of help. Once k of n blocks are with each,
   *   a block is with any executor with probability k/n, and the driver is asked for W·E[1/(1 + holders)] =
   *   (1 - (1 - k/n)^W) n/k blocks at a time. As it has all blocks somebody always asks it, so the broadcast takes as long
   *   as what it sends. What fits into the task is a broadcast of Spark's own, of one block.
   * + b read to weights, on each executor, and the local steps
   * + b made to a result and brought to the driver, W times, or beyond 16 workers a shuffle, and √W times
   * + b taken in by the driver's threads, and averaged by one, as many times.
   *
   * The constants are seconds, or seconds a byte of one thread, from what ScalingMeasurement prints: STAGE from the rounds
   * of the smallest model, TASK from how far apart tasks are launched, MAKE, READ, GIVE and TAKE from its columns
   * `between`, `read`, `give` and `take` for five million parameters on one executor. The network is loopback there, so
   * what Spark does to move a byte is in READ and TAKE. AVERAGE is what AveragingBenchmark prints. MESSAGE
   * is assumed.
   */

  /** From a stage's submission to its end, the tasks' own time aside. */
  static final double STAGE = 10e-3;

  /** The driver launches a task. */
  static final double TASK = 2e-4;

  /** The driver is asked who has a block, or told. */
  static final double MESSAGE = 2e-5;

  /** Weights to blocks, compressed. */
  static final double MAKE = 1.3e-9;

  /** Blocks to weights. */
  static final double READ = 2.8e-9;

  /** A result to bytes. */
  static final double GIVE = 0.2e-9;

  /** Bytes to a result. */
  static final double TAKE = 1.3e-9;

  /** A result added to others. */
  static final double AVERAGE = 0.2e-9;

  /** {@code spark.resultGetter.threads}: of the driver, which fetch results and take them in. */
  private static final int RESULT_GETTERS = 4;

  /** {@code RoundResult.MOST_DIRECT}. */
  private static final int MOST_DIRECT = 16;

  /** {@code spark.broadcast.blockSize}. */
  private static final int BLOCK = 4 << 20;

  private static final int BYTES_A_PARAMETER = 12;

  /** A cluster whose driver has a core for each thread that takes in results. */
  public static RoundCost onCluster(long parameters, int executors, double bytesPerSecond) {
    return new RoundCost(parameters, executors, bytesPerSecond, RESULT_GETTERS, 1);
  }

  /**
   * A cluster on one machine, where driver and executors share the cores and what takes time in a
   * transfer is the processors' work.
   */
  public static RoundCost onOneMachine(long parameters, int executors, int cores) {
    return new RoundCost(
        parameters,
        executors,
        Double.POSITIVE_INFINITY,
        cores,
        Math.max(1, (double) executors / cores));
  }

  /** Seconds of a round that are not arithmetic. */
  public double seconds() {
    return parts().values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** What the seconds go into. */
  Map<String, Double> parts() {
    double launching = TASK * executors;
    double broadcast = Math.max(launching + alone(), sending());
    Map<String, Double> parts = new LinkedHashMap<>();
    parts.put(
        "tasks", executorsWork(STAGE) + launching + (grouped() ? STAGE + TASK * results() : 0));
    parts.put("weights", bytes() * MAKE + broadcast - launching + executorsWork(bytes() * READ));
    if (grouped()) {
      parts.put("groups", executorsWork(bytes() * MAKE) + group());
      parts.put("results", executorsWork(bytes() * GIVE) + takeIn(results()) + average(results()));
    } else {
      // Who was launched first shared the uplink with fewest, and is taken in while others fetch.
      double apart =
          Math.min(broadcast - alone(), launching * Math.max(1, (1 + Math.log(executors)) / 2));
      parts.put(
          "results",
          executorsWork(bytes() * GIVE)
              + Math.max(takeIn(1), takeIn(executors) - apart)
              + average(executors));
    }
    return parts;
  }

  /** Local steps of a round, of so many seconds each, that make arithmetic a share of it. */
  public long period(double share, double step) {
    return (long) Math.ceil(share / (1 - share) * seconds() / step);
  }

  /** Bytes that leave the driver in a round. */
  public double sent() {
    double blocks = firstBlocks();
    for (int k = 1; k < blocks(); k++) {
      blocks += laterBlocks(k);
    }
    return blocks * blockBytes();
  }

  /** Bytes that come to the driver in a round. */
  public double taken() {
    return results() * bytes();
  }

  double bytes() {
    return (double) BYTES_A_PARAMETER * parameters;
  }

  int blocks() {
    return (int) Math.ceil(bytes() / BLOCK);
  }

  double blockBytes() {
    return bytes() / blocks();
  }

  /** Whether results are averaged in groups before the driver has them. */
  boolean grouped() {
    return executors > MOST_DIRECT;
  }

  /** {@code RoundResult.groupSize}. */
  int groupSize() {
    int groups = (int) Math.ceil(Math.sqrt(executors));
    return (executors + groups - 1) / groups;
  }

  /** Results that the driver takes in. */
  int results() {
    return grouped() ? (executors + groupSize() - 1) / groupSize() : executors;
  }

  /** Threads of the driver that take in results. */
  int takers() {
    return Math.min(RESULT_GETTERS, driverCores);
  }

  private double executorsWork(double seconds) {
    return seconds * executorsACore;
  }

  private double wire(double size) {
    return size / bytesPerSecond;
  }

  /** An executor's blocks, one after another. */
  private double alone() {
    return wire(bytes()) + 2 * MESSAGE * blocks();
  }

  /** Until all executors have their blocks, were all tasks launched at once. */
  private double sending() {
    return Math.max(wire(sent()), 2 * MESSAGE * blocks() * (double) executors);
  }

  /**
   * First blocks that the driver sends. Who comes t seconds after launching began shares the uplink
   * with t / TASK others, so that the first has its block after TASK · exp(block / TASK) seconds;
   * those who came before that are a crowd at the driver. It dissolves when they have what others
   * want, unless they come back for more blocks while tasks are still launched: then all join it.
   * The factors were chosen by the simulation.
   */
  private double firstBlocks() {
    double block = wire(blockBytes());
    double crowd = Math.max(1, 0.75 * blocks() * Math.exp(Math.min(block / TASK, 100)));
    boolean joined = (blocks() - 1) * crowd * block > 3 * TASK * executors;
    return joined ? executors : Math.min(executors, crowd);
  }

  /** Blocks that the driver sends while all executors fetch their next after k. */
  private double laterBlocks(int k) {
    double held = (double) k / blocks();
    return (1 - Math.pow(1 - held, executors)) / held;
  }

  /**
   * One executor fetches its group's results, reads one while it fetches the next, and averages.
   */
  private double group() {
    double fetch = wire(bytes());
    double read = executorsWork(bytes() * READ);
    return groupSize() * Math.max(fetch, read) + Math.min(fetch, read) + average(groupSize());
  }

  private double takeIn(int results) {
    return results * wire(bytes()) + Math.ceil((double) results / takers()) * bytes() * TAKE;
  }

  private double average(int results) {
    return results > 1 ? results * bytes() * AVERAGE : 0;
  }
}
