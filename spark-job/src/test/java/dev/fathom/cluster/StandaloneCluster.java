// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static dev.fathom.cluster.SparkJvm.LOOPBACK;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Spark standalone cluster on loopback: a master and workers of one core each, every one a JVM.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final int SECONDS_TO_START = 60;
  private static final int SECONDS_TO_END = 20;

  private final Path directory;
  private final int port;
  private final Process master;
  private final List<Process> workers = new ArrayList<>();

  /** A cluster whose logs and scratch files go to a directory. */
  StandaloneCluster(Path directory, int workers) throws Exception {
    this.directory = Files.createDirectories(directory);
    port = freePort();
    master =
        SparkJvm.start(
            directory.resolve("master.log"),
            QuickStart.flags(),
            Map.of(),
            List.of(),
            "org.apache.spark.deploy.master.Master",
            List.of("--host", LOOPBACK, "--port", String.valueOf(port), "--webui-port", "0"));
    for (int tenth = 0; !listens(port); tenth++) {
      if (tenth > 10 * SECONDS_TO_START || !master.isAlive()) {
        throw new IllegalStateException("the master does not start, see " + directory);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    for (int worker = 0; worker < workers; worker++) {
      add(List.of());
    }
  }

  /**
   * Adds a worker.
   *
   * @param before words of a command that is to start it
   */
  void add(List<String> before) throws Exception {
    int number = workers.size();
    // Machines of their own to Spark, which runs no task twice on one.
    String host = "127.0.0." + (1 + number);
    workers.add(
        SparkJvm.start(
            directory.resolve("worker" + number + ".log"),
            QuickStart.flags(),
            Map.of(
                "SPARK_LOCAL_IP",
                host,
                "SPARK_LOCAL_DIRS",
                Files.createDirectories(scratch(number)).toString(),
                "JAVA_TOOL_OPTIONS",
                "-Djava.io.tmpdir=" + local(number)),
            before,
            "org.apache.spark.deploy.worker.Worker",
            List.of(
                "--host",
                host,
                "--cores",
                "1",
                "--memory",
                "6g",
                "--webui-port",
                "0",
                "--work-dir",
                directory.resolve("work" + number).toString(),
                url())));
  }

  /** Where a worker's executors have their temporary files, those for scratch among them. */
  Path local(int worker) {
    return directory.resolve("local" + worker);
  }

  /** Where they have those for scratch. */
  Path scratch(int worker) {
    return local(worker).resolve("scratch");
  }

  /** Its address. */
  String url() {
    return "spark://" + LOOPBACK + ":" + port;
  }

  /** The executors that run now. */
  List<ProcessHandle> executors() {
    return workers.stream()
        .flatMap(worker -> worker.toHandle().descendants())
        .filter(StandaloneCluster::isExecutor)
        .toList();
  }

  private static boolean isExecutor(ProcessHandle process) {
    return Stream.of(process.info().arguments().orElse(new String[0]))
        .anyMatch(word -> word.endsWith("CoarseGrainedExecutorBackend"));
  }

  /** Waits until no executor runs. */
  void awaitIdle() throws InterruptedException {
    for (int tenth = 0; !executors().isEmpty(); tenth++) {
      if (tenth > 10 * SECONDS_TO_END) {
        throw new IllegalStateException("executors run on, see " + directory);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** A worker that is killed with all it runs. */
  void lose(int worker) throws InterruptedException {
    SparkJvm.kill(workers.get(worker));
    workers.get(worker).waitFor();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    workers.forEach(SparkJvm::kill);
    SparkJvm.kill(master);
  }
}
