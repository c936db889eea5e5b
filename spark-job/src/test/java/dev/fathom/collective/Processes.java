// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import dev.fathom.collective.GroupCollective.Membership;
import dev.fathom.collective.GroupCollective.Range;
import dev.fathom.testing.Members;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Function;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.internal.config.package$;
import scala.Option;

/**
 * A collective whose processes are teams of threads of this one, linked over loopback.
 *
 * @param processOf the process of each member
 */
public record Processes(int partitions, List<Integer> processOf) {
  static final String LOOPBACK = "127.0.0.1";

  /** Has all members do some work; their results in their order. */
  public <T> List<T> run(Function<Collective, T> work) throws Exception {
    int count = processOf.stream().mapToInt(Integer::intValue).max().orElseThrow() + 1;
    List<List<Range>> ranges = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      ranges.add(new ArrayList<>());
    }
    List<Integer> numbers = new ArrayList<>();
    int members = processOf.size();
    for (int m = 0; m < members; m++) {
      List<Range> own = ranges.get(processOf.get(m));
      numbers.add(own.size());
      own.add(new Range(partitions * m / members, partitions * (m + 1) / members));
    }
    UUID token = UUID.randomUUID();
    ConcurrentHashMap<Integer, SparkLinks> links = new ConcurrentHashMap<>();
    CyclicBarrier listening = new CyclicBarrier(members);
    return Members.each(
        members,
        m -> {
          int process = processOf.get(m);
          boolean speaks = numbers.get(m) == 0;
          if (speaks && count > 1) {
            links.put(process, links(new SparkConf(), token));
          }
          await(listening);
          Links own = Links.none();
          if (speaks && count > 1) {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (int p = 0; p < count; p++) {
              addresses.add(links.get(p).address());
            }
            links.get(process).connect(process, addresses);
            own = links.get(process);
          }
          Team.Member team =
              Team.join(
                  token + "/" + process, numbers.get(m), ranges.get(process).size(), () -> false);
          try {
            T result = work.apply(new GroupCollective(new Membership(ranges, process), team, own));
            own.finish();
            return result;
          } catch (RuntimeException | Error e) {
            team.fail(e);
            throw e;
          } finally {
            own.close();
          }
        });
  }

  static SparkLinks links(SparkConf conf, UUID token) {
    conf.set("spark.app.id", "test");
    return new SparkLinks(
        conf,
        new SecurityManager(conf, Option.empty(), package$.MODULE$.AUTH_SECRET_FILE()),
        LOOPBACK,
        token,
        () -> false);
  }

  static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
