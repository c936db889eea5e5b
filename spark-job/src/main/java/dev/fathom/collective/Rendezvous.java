// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpoint;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.util.RpcUtils;
import scala.Function1;
import scala.PartialFunction;
import scala.concurrent.Future;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * Lets the tasks of a stage exchange lines of text: an endpoint on the driver, over Spark's own
 * connection to it. Spark's own {@code allGather} of barrier tasks answers only after a second, and
 * leaves threads that keep the driver from ending.
 */
public final class Rendezvous implements AutoCloseable {
  private static final String SEPARATOR = "\n";
  private static final int WORDS = 4;
  private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private final String name = "fathom-rendezvous-" + UUID.randomUUID();
  private final RpcEnv rpc = SparkEnv.get().rpcEnv();
  private final RpcEndpointRef reference = rpc.setupEndpoint(name, new Endpoint(rpc));

  /** The name by which tasks find the endpoint. */
  public String name() {
    return name;
  }

  /** Closes the endpoint. */
  @Override
  public void close() {
    rpc.stop(reference);
  }

  /** The tasks that have come to a meeting so far, with their lines. */
  private record Meeting(String[] told, List<RpcCallContext> waiting) {
    static Meeting of(int members) {
      return new Meeting(new String[members], new ArrayList<>());
    }
  }

  /** Answers all tasks once the last one has come. */
  private static final class Endpoint implements RpcEndpoint {
    private final RpcEnv rpc;
    private final Map<String, Meeting> meetings = new HashMap<>();

    Endpoint(RpcEnv rpc) {
      this.rpc = rpc;
    }

    @Override
    public RpcEnv rpcEnv() {
      return rpc;
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext call) {
      return new AbstractPartialFunction<>() {
        @Override
        public boolean isDefinedAt(Object message) {
          return message instanceof String;
        }

        @Override
        public <A, B> B applyOrElse(A message, Function1<A, B> otherwise) {
          if (!isDefinedAt(message)) {
            return otherwise.apply(message);
          }
          arrive(((String) message).split(SEPARATOR, WORDS), call);
          return null;
        }
      };
    }

    private synchronized void arrive(String[] words, RpcCallContext call) {
      String key = words[0];
      Meeting meeting = meetings.computeIfAbsent(key, at -> Meeting.of(Integer.parseInt(words[2])));
      meeting.told[Integer.parseInt(words[1])] = words[WORDS - 1];
      meeting.waiting.add(call);
      if (meeting.waiting.size() == meeting.told.length) {
        String all = String.join(SEPARATOR, meeting.told);
        meeting.waiting.forEach(one -> one.reply(all));
        // A meeting of a failed attempt will never be complete.
        meetings.clear();
      }
    }
  }

  /**
   * Sends a line to all tasks of this task's stage, and returns the lines of all tasks, in the
   * order of their partitions.
   *
   * @param name name of the rendezvous
   * @param meeting name of this exchange, the same for all tasks
   * @param told this task's line
   */
  static List<String> meet(String name, String meeting, String told) {
    TaskContext task = TaskContext.get();
    SparkEnv env = SparkEnv.get();
    String message =
        String.join(
            SEPARATOR,
            "%d.%d/%s".formatted(task.stageId(), task.stageAttemptNumber(), meeting),
            Integer.toString(task.partitionId()),
            Integer.toString(task.numPartitions()),
            told);
    Future<String> answer =
        RpcUtils.makeDriverRef(name, env.conf(), env.rpcEnv())
            .ask(
                message,
                RpcUtils.INFINITE_TIMEOUT(),
                ClassTag$.MODULE$.<String>apply(String.class));
    while (!answer.isCompleted()) {
      if (task.isInterrupted() || Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("the task was killed while it waited for others");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return List.of(answer.value().get().get().split(SEPARATOR, -1));
  }
}
