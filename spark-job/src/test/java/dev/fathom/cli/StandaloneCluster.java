// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Spark standalone cluster on loopback: a master and workers of one core each, every one a JVM,
 * from the Spark that the build puts beside the job's jar.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final Path SPARK = Path.of("target/spark").toAbsolutePath();
  private static final Path JAR = Path.of("target/fathom.jar").toAbsolutePath();
  private static final String LOOPBACK = "127.0.0.1";
  private static final int SECONDS_TO_START = 60;
  private static final List<String> OPENED =
      List.of(
          "java.lang",
          "java.lang.invoke",
          "java.lang.reflect",
          "java.io",
          "java.net",
          "java.nio",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "sun.nio.ch",
          "sun.nio.cs",
          "sun.security.action",
          "sun.util.calendar");

  private final Path directory;
  private final int port;
  private final Process master;
  private final List<Process> workers = new ArrayList<>();

  StandaloneCluster(Path directory, int workers) throws Exception {
    this.directory = Files.createDirectories(directory);
    port = freePort();
    master =
        start(
            "master",
            "org.apache.spark.deploy.master.Master",
            "--host",
            LOOPBACK,
            "--port",
            String.valueOf(port),
            "--webui-port",
            "0");
    for (int second = 0; !listens(port); second++) {
      if (second > 10 * SECONDS_TO_START || !master.isAlive()) {
        throw new IllegalStateException("the master does not start, see " + directory);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    for (int worker = 0; worker < workers; worker++) {
      this.workers.add(
          start(
              "worker" + worker,
              "org.apache.spark.deploy.worker.Worker",
              "--host",
              LOOPBACK,
              "--cores",
              "1",
              "--memory",
              "3g",
              "--webui-port",
              "0",
              "--work-dir",
              directory.resolve("work" + worker).toString(),
              url()));
    }
  }

  /** Its address. */
  String url() {
    return "spark://" + LOOPBACK + ":" + port;
  }

  /** The executors that run now. */
  Stream<ProcessHandle> executors() {
    return workers.stream()
        .flatMap(worker -> worker.toHandle().descendants())
        .filter(
            process ->
                process
                    .info()
                    .arguments()
                    .filter(
                        arguments ->
                            Stream.of(arguments)
                                .anyMatch(word -> word.endsWith("CoarseGrainedExecutorBackend")))
                    .isPresent());
  }

  /** A worker that is killed with all it runs. */
  void lose(int worker) {
    Process process = workers.get(worker);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Submits the packaged job. */
  Process submit(List<String> options, String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("--master", url()));
    all.addAll(options);
    return submitTo(all, command);
  }

  /** Submits the packaged job to any master. */
  Process submitTo(List<String> options, String... command) throws IOException {
    List<String> all = new ArrayList<>(options);
    all.addAll(
        List.of(
            "--conf",
            "spark.driver.host=" + LOOPBACK,
            "--conf",
            "spark.driver.bindAddress=" + LOOPBACK,
            "--conf",
            "spark.ui.enabled=false",
            "--conf",
            "spark.executor.memory=1g",
            "--conf",
            "spark.driver.memory=1g",
            "--conf",
            "spark.driver.extraJavaOptions=" + String.join(" ", opened()),
            "--conf",
            "spark.executor.extraJavaOptions=" + String.join(" ", opened()),
            "--conf",
            "spark.local.dir=" + directory.resolve("local"),
            "--class",
            "dev.fathom.cli.Fathom",
            JAR.toString()));
    all.addAll(List.of(command));
    return start(
        "submit" + System.nanoTime(),
        "org.apache.spark.deploy.SparkSubmit",
        all.toArray(String[]::new));
  }

  private Process start(String name, String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.addAll(opened());
    command.addAll(List.of("-cp", SPARK.resolve("jars") + File.separator + "*", main));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_HOME", SPARK.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    builder.environment().put("SPARK_LOCAL_IP", LOOPBACK);
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("OPENBLAS_NUM_THREADS", "1");
    builder.redirectErrorStream(true);
    builder.redirectOutput(directory.resolve(name + ".log").toFile());
    return builder.start();
  }

  private static List<String> opened() {
    List<String> options = new ArrayList<>(List.of("-XX:+IgnoreUnrecognizedVMOptions"));
    OPENED.forEach(name -> options.add("--add-opens=java.base/" + name + "=ALL-UNNAMED"));
    return options;
  }

  /** All that the jobs have said, for a failure. */
  String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          files
              .filter(log -> log.getFileName().toString().startsWith("submit"))
              .sorted()
              .toList()) {
        List<String> lines = Files.readAllLines(file);
        all.append(file.getFileName())
            .append('\n')
            .append(String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size())))
            .append('\n');
      }
    }
    return all.toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
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
    for (Process worker : workers) {
      worker.descendants().forEach(ProcessHandle::destroyForcibly);
      worker.destroyForcibly();
    }
    master.destroyForcibly();
  }
}
