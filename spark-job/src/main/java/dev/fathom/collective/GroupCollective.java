// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import dev.fathom.collective.Runs.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;

/**
 * A member of a collective of several members, in one process or several. Members of a process
 * share arrays and divide the work on them by ranges of numbers. The first member of a process
 * exchanges data with the other processes for all its members.
 */
final class GroupCollective implements Collective {
  /**
   * Largest number of numbers that each of three or more processes sends whole to every other. For
   * longer arrays each process adds up a range. Two processes send everything whole: ranges would
   * cost a second exchange, and save bytes only where a process holds more than one run.
   */
  private static final int MOST_WHOLE = 1 << 16;

  /** Number of floats in a cache line, which two members should not share. */
  private static final int LINE = 16;

  private final Membership layout;
  private final Team.Member team;
  private final Links links;
  private final Board board;
  private Collective ofProcess;

  /** Memory for numbers from other processes, for each reduction; it is reused in every step. */
  private final IdentityHashMap<Runs, List<float[]>> received = new IdentityHashMap<>();

  /** Data that the members of this process make visible to each other. */
  private static final class Board {
    private final Runs[] runs;
    private volatile float[] result;

    Board(int members) {
      runs = new Runs[members];
    }
  }

  /** The partitions {@code [from, to)} of a member. */
  record Range(int from, int to) {
    /** Divides the partitions evenly among the members, give or take one. */
    static List<Range> evenly(int partitions, int members) {
      List<Range> ranges = new ArrayList<>();
      for (int m = 0; m < members; m++) {
        ranges.add(new Range(partitions * m / members, partitions * (m + 1) / members));
      }
      return ranges;
    }
  }

  /**
   * The partitions of every member.
   *
   * @param processes ranges of the members of each process, in the order of the partitions
   * @param process number of this process
   */
  record Membership(List<List<Range>> processes, int process) {
    List<Range> own() {
      return processes.get(process);
    }

    int partitions() {
      return processes.stream().flatMap(List::stream).mapToInt(Range::to).max().orElse(0);
    }

    /** The membership if this process's members have all partitions. */
    Membership ofProcess() {
      return new Membership(List.of(Range.evenly(partitions(), own().size())), 0);
    }

    /** The runs that a process will have after it has reduced its own partitions. */
    List<Run> planned(int process, Reduction reduction) {
      List<Run> planned = new ArrayList<>();
      for (Range member : processes.get(process)) {
        planned.addAll(Run.planned(reduction, member.from, member.to));
      }
      return Runs.joined(planned, (first, second) -> {});
    }
  }

  /**
   * @param links links to the other processes; only the first member of a process uses them
   */
  GroupCollective(Membership layout, Team.Member team, Links links) {
    this.layout = layout;
    this.team = team;
    this.links = links;
    board = team.shared(() -> new Board(layout.own().size()));
  }

  @Override
  public int from() {
    return layout.own().get(team.number()).from;
  }

  @Override
  public int to() {
    return layout.own().get(team.number()).to;
  }

  @Override
  public <T> T shared(Supplier<T> make) {
    return team.shared(make);
  }

  @Override
  public Collective ofProcess() {
    if (ofProcess == null) {
      ofProcess =
          layout.processes().size() == 1
              ? this
              : new GroupCollective(layout.ofProcess(), team, Links.none());
    }
    return ofProcess;
  }

  @Override
  public void await() {
    team.await();
  }

  @Override
  public Span part(int length) {
    int members = layout.own().size();
    return new Span(
        start(length, team.number(), members), start(length, team.number() + 1, members));
  }

  private static int start(int length, int part, int parts) {
    int lines = (length + LINE - 1) / LINE;
    return (int) Math.min(length, (long) lines * part / parts * LINE);
  }

  @Override
  public void gather(List<Rows> arrays) {
    team.await();
    if (layout.processes().size() == 1) {
      return;
    }
    if (speaks()) {
      List<List<Slice>> outgoing = new ArrayList<>();
      List<List<Slice>> incoming = new ArrayList<>();
      for (int r = 0; r < layout.processes().size(); r++) {
        outgoing.add(slices(layout.own(), arrays));
        incoming.add(slices(layout.processes().get(r), arrays));
      }
      links.exchange(outgoing, incoming);
    }
    team.await();
  }

  private static List<Slice> slices(List<Range> members, List<Rows> arrays) {
    List<Slice> slices = new ArrayList<>();
    for (Range member : members) {
      for (Rows rows : arrays) {
        int start = rows.starts()[member.from];
        slices.add(new Slice(rows.array(), start, rows.starts()[member.to] - start));
      }
    }
    return slices;
  }

  private boolean speaks() {
    return team.number() == 0;
  }

  @Override
  public float[] reduce(Runs mine) {
    board.runs[team.number()] = mine;
    team.await();
    Span part = part(mine.length());
    List<Run> ordered = new ArrayList<>();
    for (Runs runs : board.runs) {
      ordered.addAll(runs.runs());
    }
    if (layout.processes().size() == 1) {
      float[] result = Runs.whole(ordered, over(part, mine.reduction())).array();
      team.await();
      return result;
    }
    List<Run> joined = Runs.joined(ordered, over(part, mine.reduction()));
    team.await();
    if (speaks()) {
      boolean whole = layout.processes().size() == 2 || mine.length() <= MOST_WHOLE;
      board.result = whole ? whole(mine, joined) : byRanges(mine, joined);
    }
    team.await();
    return board.result;
  }

  /** Reduces a part of the numbers of two runs. */
  private static Runs.Join over(Span part, Reduction reduction) {
    return (first, second) ->
        reduction.into(
            first.array(),
            first.offset() + part.from(),
            second.array(),
            second.offset() + part.from(),
            part.to() - part.from());
  }

  /** Reduces all runs of all processes in every process. */
  private float[] whole(Runs mine, List<Run> own) {
    Span all = new Span(0, mine.length());
    List<Run> runs = exchanged(mine, own, process -> all, all);
    return Runs.whole(runs, over(all, mine.reduction())).array();
  }

  /** Reduces a range in each process, and sends the result to the others. */
  private float[] byRanges(Runs mine, List<Run> own) {
    int processes = layout.processes().size();
    Span range = range(mine, layout.process());
    List<Run> runs = exchanged(mine, own, process -> range(mine, process), range);
    Run sum = Runs.whole(runs, over(range, mine.reduction()));
    float[] result = own.get(0).array();
    if (sum.array() != result) {
      System.arraycopy(
          sum.array(),
          sum.offset() + range.from(),
          result,
          range.from(),
          range.to() - range.from());
    }
    List<List<Slice>> outgoing = new ArrayList<>();
    List<List<Slice>> incoming = new ArrayList<>();
    for (int r = 0; r < processes; r++) {
      Span others = range(mine, r);
      outgoing.add(List.of(new Slice(result, range.from(), range.to() - range.from())));
      incoming.add(List.of(new Slice(result, others.from(), others.to() - others.from())));
    }
    links.exchange(outgoing, incoming);
    return result;
  }

  private Span range(Runs mine, int process) {
    int processes = layout.processes().size();
    return new Span(
        start(mine.length(), process, processes), start(mine.length(), process + 1, processes));
  }

  /** Which numbers are sent to a process. */
  private interface Sent {
    Span to(int process);
  }

  /**
   * Sends the process's own runs to the others and receives theirs.
   *
   * @param wanted the numbers that are sent to this process
   * @return all runs, in order
   */
  private List<Run> exchanged(Runs mine, List<Run> own, Sent sent, Span wanted) {
    List<float[]> room = received.computeIfAbsent(mine, runs -> new ArrayList<>());
    List<Run> all = new ArrayList<>(own);
    List<List<Slice>> outgoing = new ArrayList<>();
    List<List<Slice>> incoming = new ArrayList<>();
    int length = wanted.to() - wanted.from();
    int used = 0;
    for (int r = 0; r < layout.processes().size(); r++) {
      List<Slice> in = new ArrayList<>();
      List<Slice> out = new ArrayList<>();
      if (r != layout.process()) {
        Span part = sent.to(r);
        for (Run run : own) {
          out.add(new Slice(run.array(), run.offset() + part.from(), part.to() - part.from()));
        }
        for (Run planned : layout.planned(r, mine.reduction())) {
          if (room.size() == used) {
            room.add(new float[length]);
          }
          float[] array = room.get(used++);
          in.add(new Slice(array, 0, length));
          all.add(new Run(planned.from(), planned.to(), array, -wanted.from()));
        }
      }
      outgoing.add(out);
      incoming.add(in);
    }
    links.exchange(outgoing, incoming);
    all.sort(Comparator.comparingInt(Run::from));
    return all;
  }
}
