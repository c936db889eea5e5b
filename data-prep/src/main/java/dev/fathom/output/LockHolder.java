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
 * Who has a lock, in words between blanks: host, process, a mark of its own, and where Linux tells
 * them the kernel with the space of process numbers, and when the process began.
 */
record LockHolder(String text) {
  private static final String UNKNOWN = "unknown";
  private static final Path PROC = Path.of("/proc");

  /** Among the fields of {@code /proc/PID/stat} behind the name. */
  private static final int BEGAN = 19;

  private static final String ENDED = "Z";

  /** This process. */
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

  /** Machines may have one name, and containers of one machine numbers of their own. */
  private static String kernel() {
    try {
      return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip()
          + Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
    } catch (IOException | UnsupportedOperationException e) {
      return UNKNOWN;
    }
  }

  /** In ticks of the kernel since it began, which no change of the clock moves. */
  private static String began(long process) {
    List<String> stat = stat(process);
    return stat.size() > BEGAN ? stat.get(BEGAN) : UNKNOWN;
  }

  /** What Linux tells of a process, from its state on. */
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
    // One that has ended may be kept for its parent to ask after.
    return ProcessHandle.of(process).filter(ProcessHandle::isAlive).isPresent()
        && !stat(process).stream().findFirst().filter(ENDED::equals).isPresent();
  }

  /** Whether it is known to be gone; one on another machine never is. */
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
    // Another may have its number since.
    String began = began(process);
    return tells && !words[4].equals(UNKNOWN) && !began.equals(UNKNOWN) && !words[4].equals(began);
  }

  /** As an error names it. */
  String told() {
    String[] words = text.split(" ", -1);
    return words.length > 1 ? "process " + words[1] + " on " + words[0] : text;
  }
}
