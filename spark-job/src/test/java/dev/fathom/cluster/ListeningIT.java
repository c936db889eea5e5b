// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fathom.cluster.Jobs.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who can reach a job on one machine. */
class ListeningIT {
  /** As the kernel writes them: 127.0.0.1, the same in IPv6, and ::1. */
  private static final Set<String> LOOPBACK =
      Set.of("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000");

  private static final String LISTENS = "0A";

  @TempDir private Path directory;

  @Test
  void nobodyFromOutside() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/net/tcp")), "the kernel does not tell of sockets");
    Training training =
        new Training(Undisturbed.get().data().toString(), directory.resolve("output").toString());

    Job job = Jobs.submitAsItComes(directory, training.command());
    job.await(() -> training.rounds() >= 1);
    Set<String> addresses = listening(job.process().pid());
    job.finish();

    assertThat(addresses).isNotEmpty().isSubsetOf(LOOPBACK);
  }

  /** The addresses that a process listens on. */
  private static Set<String> listening(long pid) throws IOException {
    Path process = Path.of("/proc", String.valueOf(pid));
    Set<String> sockets = new HashSet<>();
    try (Stream<Path> files = Files.list(process.resolve("fd"))) {
      for (Path file : files.toList()) {
        if (Files.isSymbolicLink(file)) {
          sockets.add(
              Files.readSymbolicLink(file).toString().replaceAll("socket:\\[(\\d+)]", "$1"));
        }
      }
    }
    Set<String> addresses = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : Files.readAllLines(process.resolve(table))) {
        List<String> fields = List.of(line.strip().split("\\s+"));
        if (fields.get(3).equals(LISTENS) && sockets.contains(fields.get(9))) {
          addresses.add(fields.get(1).replaceAll(":.*", ""));
        }
      }
    }
    return addresses;
  }
}
