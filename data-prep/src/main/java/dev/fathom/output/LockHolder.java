// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The holder of a lock, in words between blanks: host, process, a unique mark, and, if Linux
 * provides them, the kernel with the namespace of process numbers, and the start time of the
 * process.
 */
record LockHolder(String text) {
  private static final String UNKNOWN = "unknown";
  private static final Path PROC = Path.of("/proc");

  /** Index of the start time among the fields of {@code /proc/PID/stat} after the name. */
  private static final int BEGAN = 19;

  private static final String ENDED = "Z";

  /** Describes this process. */
  static LockHolder here() {
    long process = ProcessHandle.current().pid();
    return new LockHolder(
        String.join(
            " ",
            host(),
            Long.toString(process),
            UUID.randomUUID().toString(),
            kernel(),
            began(process)));
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return UNKNOWN;
    }
  }

  /**
   * The kernel with the namespace, as machines may share a name, and containers have process
   * numbers of their own.
   */
  private static String kernel() {
    try {
      return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip()
          + Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
    } catch (IOException | UnsupportedOperationException e) {
      return UNKNOWN;
    }
  }

  /**
   * The start time of a process in ticks since the kernel started, which no change of the clock
   * moves.
   */
  private static String began(long process) {
    List<String> stat = stat(process);
    return stat.size() > BEGAN ? stat.get(BEGAN) : UNKNOWN;
  }

  /** The fields that Linux provides for a process, from its state on. */
  private static List<String> stat(long process) {
    try {
      String stat =
          Files.readString(
              PROC.resolve(Long.toString(process)).resolve("stat"), StandardCharsets.ISO_8859_1);
      return List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean lives(long process) {
    // A process that has ended may still be listed until its parent asks for its exit code.
    return ProcessHandle.of(process).filter(ProcessHandle::isAlive).isPresent()
        && !stat(process).stream().findFirst().filter(ENDED::equals).isPresent();
  }

  /** Whether the holder is known to be gone; a process on another machine never is. */
  boolean isGone() {
    String[] words = text.split(" ", -1);
    if (words.length < 2
        || !words[0].equals(host())
        || words[0].equals(UNKNOWN)
        || !words[1].matches("\\d{1,18}")) {
      return false;
    }
    boolean tells = words.length > 4;
    if (tells && !words[3].equals(kernel())) {
      return false;
    }
    long process = Long.parseLong(words[1]);
    if (!lives(process)) {
      return true;
    }
    // Another process may have the same number by now.
    String began = began(process);
    return tells && !words[4].equals(UNKNOWN) && !began.equals(UNKNOWN) && !words[4].equals(began);
  }

  /** The holder as an error message names it. */
  String told() {
    String[] words = text.split(" ", -1);
    return words.length > 1 ? "process " + words[1] + " on " + words[0] : text;
  }
}
