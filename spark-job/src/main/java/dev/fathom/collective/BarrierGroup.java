// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import dev.fathom.collective.GroupCollective.Membership;
import dev.fathom.collective.GroupCollective.Range;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * The tasks of a barrier stage as a collective. Tasks of one process share memory; processes have
 * connections to each other while the stage runs.
 */
public final class BarrierGroup implements AutoCloseable {
  private static final String SEPARATOR = " ";

  private final Team.Member team;
  private final Membership layout;
  private final Links links;

  private BarrierGroup(Team.Member team, Membership layout, Links links) {
    this.team = team;
    this.layout = layout;
    this.links = links;
  }

  /**
   * Joins the tasks of this task's stage; each of them must call it.
   *
   * @param rendezvous name of the {@link Rendezvous} where the tasks meet
   * @param from first partition of this task
   * @param to end of this task's partitions, exclusive
   */
  public static BarrierGroup join(String rendezvous, int from, int to) {
    TaskContext task = TaskContext.get();
    String process = SparkEnv.get().executorId();
    List<String> told =
        Rendezvous.meet(
            rendezvous,
            "members",
            String.join(
                SEPARATOR,
                process,
                Integer.toString(from),
                Integer.toString(to),
                UUID.randomUUID().toString()));
    Map<String, List<Range>> processes = new LinkedHashMap<>();
    int number = 0;
    for (int member = 0; member < told.size(); member++) {
      String[] words = told.get(member).split(SEPARATOR, -1);
      List<Range> ranges = processes.computeIfAbsent(words[0], name -> new ArrayList<>());
      if (member == task.partitionId()) {
        number = ranges.size();
      }
      ranges.add(new Range(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
    }
    // The token is unique to this attempt of the stage, as each task has drawn a part of it.
    int rank = List.copyOf(processes.keySet()).indexOf(process);
    Membership layout = new Membership(List.copyOf(processes.values()), rank);
    UUID token = UUID.nameUUIDFromBytes(String.join("/", told).getBytes(StandardCharsets.UTF_8));
    Team.Member team =
        Team.join(token.toString(), number, layout.own().size(), task::isInterrupted);
    try {
      Links links =
          processes.size() == 1 ? Links.none() : linked(rendezvous, number, layout, token);
      return new BarrierGroup(team, layout, links);
    } catch (Throwable e) {
      team.fail(e);
      throw e;
    }
  }

  /**
   * Connects the processes. The first member of each process listens, and sends its address to all
   * the others.
   */
  private static Links linked(String rendezvous, int number, Membership layout, UUID token) {
    if (number > 0) {
      Rendezvous.meet(rendezvous, "addresses", "");
      return Links.none();
    }
    TaskContext task = TaskContext.get();
    SparkEnv env = SparkEnv.get();
    String host = env.blockManager().blockManagerId().host();
    SparkLinks links =
        new SparkLinks(env.conf(), env.securityManager(), host, token, task::isInterrupted);
    try {
      InetSocketAddress address = links.address();
      List<InetSocketAddress> addresses =
          Rendezvous.meet(
                  rendezvous, "addresses", address.getHostString() + SEPARATOR + address.getPort())
              .stream()
              .filter(told -> !told.isEmpty())
              .map(BarrierGroup::address)
              .toList();
      links.connect(layout.process(), addresses);
      return links;
    } catch (Throwable e) {
      links.close();
      throw e;
    }
  }

  private static InetSocketAddress address(String told) {
    int gap = told.indexOf(SEPARATOR);
    return InetSocketAddress.createUnresolved(
        told.substring(0, gap), Integer.parseInt(told.substring(gap + 1)));
  }

  /** Runs a computation that the members share. If it fails in one member, it fails in all. */
  public <T> T run(Function<Collective, T> work) {
    try {
      T result = work.apply(new GroupCollective(layout, team, links));
      links.finish();
      return result;
    } catch (Throwable e) {
      team.fail(e);
      throw e;
    }
  }

  @Override
  public void close() {
    links.close();
  }
}
