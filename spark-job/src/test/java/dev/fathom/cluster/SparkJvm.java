// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** JVMs from the Spark that the build puts beside the job's jar, on loopback. */
final class SparkJvm {
  static final String LOOPBACK = "127.0.0.1";
  static final Path SPARK = Path.of("target/spark").toAbsolutePath();

  /** What Spark needs opened on JDK 17, as this JVM has it. */
  static final String OPENED =
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(flag -> flag.startsWith("--add-opens"))
          .collect(Collectors.joining(" "));

  /** How Spark's own scripts are told of jars that it does not have. */
  static final String MORE = "SPARK_DIST_CLASSPATH";

  private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

  static {
    // What a test that failed has left.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> STARTED.forEach(SparkJvm::kill)));
  }

  private SparkJvm() {}

  /**
   * Starts one.
   *
   * @param log where its output goes
   * @param flags of the JVM, between spaces
   * @param environment over what every one gets
   * @param before words of a command that is to start it
   */
  static Process start(
      Path log,
      String flags,
      Map<String, String> environment,
      List<String> before,
      String main,
      List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.addAll(List.of((OPENED + " " + flags).split(" ")));
    // As Spark has it for executors, which the classes of an archive have to come from.
    String classPath =
        environment.getOrDefault("HADOOP_CONF_DIR", SPARK.resolve("conf").toString())
            + File.pathSeparator
            + SPARK.resolve("jars/*")
            + (environment.containsKey(MORE) ? File.pathSeparator + environment.get(MORE) : "");
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME",
                SPARK.toString(),
                "SPARK_SCALA_VERSION",
                "2.12",
                "SPARK_LOCAL_IP",
                LOOPBACK));
    builder.environment().putAll(environment);
    // Which arithmetic OpenBLAS chooses must be left to the machine, as containers do not inherit
    // it.
    builder.environment().remove("OPENBLAS_CORETYPE");
    Process started = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    STARTED.add(started);
    return started;
  }

  /** Kills one, with all that it has started. */
  static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
