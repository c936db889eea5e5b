// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import scala.Option;

/**
 * Links over Spark's own transport, so they are authenticated and encrypted like the rest of the
 * job. Each process has a server, and a connection to the server of every other process.
 */
final class SparkLinks implements Links {
  /*
   * A message: the token of the stage's attempt (16 bytes), the sender (4), its number (4), and floats, little-endian. What
   * is longer than a piece goes in several. An empty one says that nothing more will come. Messages from one process to
   * another keep their order.
   */

  private static final int HEADER = 24;

  /**
   * Largest number of floats in a message. The garbage collector handles arrays of this size well.
   */
  private static final int PIECE = 1 << 15;

  private static final long POLL_MILLIS = 100;

  /** Marks the end of a connection in a queue. */
  private static final float[] GONE = new float[0];

  private final UUID token;
  private final BooleanSupplier cancelled;
  private final String host;
  private final TransportContext context;
  private final TransportServer server;
  private final TransportClientFactory clients;
  private final Map<Integer, BlockingQueue<float[]>> received = new ConcurrentHashMap<>();
  private final List<TransportClient> others = new ArrayList<>();
  private int rank;
  private int sent;

  /**
   * Starts to listen.
   *
   * @param host address to listen on, at which the others connect
   * @param token token that the processes of a stage share; messages with another token are refused
   * @param cancelled whether the task has been killed
   */
  SparkLinks(
      SparkConf conf,
      SecurityManager security,
      String host,
      UUID token,
      BooleanSupplier cancelled) {
    this.token = token;
    this.cancelled = cancelled;
    this.host = host;
    TransportConf transport =
        SparkTransportConf.fromSparkConf(conf, "fathom", 1, Option.<String>empty());
    context = new TransportContext(transport, new Receiver());
    List<TransportServerBootstrap> atServer = new ArrayList<>();
    List<TransportClientBootstrap> atClient = new ArrayList<>();
    if (security.isAuthenticationEnabled()) {
      atServer.add(new AuthServerBootstrap(transport, security));
      atClient.add(new AuthClientBootstrap(transport, conf.getAppId(), security));
    }
    server = context.createServer(host, 0, atServer);
    clients = context.createClientFactory(atClient);
  }

  /** The host and port at which the other processes reach this one. */
  InetSocketAddress address() {
    return InetSocketAddress.createUnresolved(host, server.getPort());
  }

  /**
   * Connects to all other processes.
   *
   * @param addresses addresses of all processes, with this one's at {@code rank}
   */
  void connect(int rank, List<InetSocketAddress> addresses) {
    this.rank = rank;
    for (int r = 0; r < addresses.size(); r++) {
      InetSocketAddress to = addresses.get(r);
      try {
        others.add(
            r == rank ? null : clients.createUnmanagedClient(to.getHostString(), to.getPort()));
      } catch (IOException e) {
        throw new IllegalStateException("cannot reach the worker at " + to, e);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /** Receives messages on the transport's thread. */
  private final class Receiver extends RpcHandler {
    private final Map<SocketAddress, Integer> senders = new ConcurrentHashMap<>();

    @Override
    public void receive(TransportClient from, ByteBuffer message) {
      ByteBuffer body = message.order(ByteOrder.BIG_ENDIAN);
      if (body.remaining() < HEADER
          || body.getLong() != token.getMostSignificantBits()
          || body.getLong() != token.getLeastSignificantBits()) {
        from.close();
        return;
      }
      int sender = body.getInt();
      body.getInt();
      senders.put(from.getSocketAddress(), sender);
      FloatBuffer floats = body.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      float[] values = new float[floats.remaining()];
      floats.get(values);
      queue(sender).add(values);
    }

    @Override
    public void receive(TransportClient from, ByteBuffer message, RpcResponseCallback callback) {
      callback.onFailure(new UnsupportedOperationException("workers send one way"));
    }

    @Override
    public void channelInactive(TransportClient from) {
      Integer sender = senders.get(from.getSocketAddress());
      if (sender != null) {
        queue(sender).add(GONE);
      }
    }

    @Override
    public StreamManager getStreamManager() {
      return new OneForOneStreamManager();
    }
  }

  private BlockingQueue<float[]> queue(int sender) {
    return received.computeIfAbsent(sender, from -> new LinkedBlockingQueue<>());
  }

  @Override
  public void exchange(List<List<Slice>> outgoing, List<List<Slice>> incoming) {
    for (int r = 0; r < others.size(); r++) {
      if (r != rank) {
        for (Slice slice : outgoing.get(r)) {
          send(others.get(r), slice);
        }
      }
    }
    for (int r = 0; r < others.size(); r++) {
      if (r != rank) {
        for (Slice slice : incoming.get(r)) {
          take(r, slice);
        }
      }
    }
  }

  private void send(TransportClient to, Slice slice) {
    for (int from = 0; from < slice.length(); from += PIECE) {
      int count = Math.min(PIECE, slice.length() - from);
      ByteBuffer message = message(count);
      message
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .put(slice.array(), slice.offset() + from, count);
      to.send(message.rewind());
    }
  }

  private ByteBuffer message(int floats) {
    return ByteBuffer.allocate(HEADER + Float.BYTES * floats)
        .putLong(token.getMostSignificantBits())
        .putLong(token.getLeastSignificantBits())
        .putInt(rank)
        .putInt(sent++);
  }

  private void take(int from, Slice slice) {
    for (int at = 0; at < slice.length(); ) {
      float[] values = next(from);
      if (values.length == 0) {
        throw new IllegalStateException("worker " + from + " is gone");
      }
      if (values.length > slice.length() - at) {
        throw new IllegalStateException(
            "worker %d sent %d numbers where %d were wanted"
                .formatted(from, at + values.length, slice.length()));
      }
      System.arraycopy(values, 0, slice.array(), slice.offset() + at, values.length);
      at += values.length;
    }
  }

  private float[] next(int from) {
    try {
      while (true) {
        float[] values = queue(from).poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (values != null) {
          return values;
        }
        if (cancelled.getAsBoolean()) {
          throw new IllegalStateException("the task was killed while it waited for others");
        }
        if (!others.get(from).isActive()) {
          return GONE;
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for other workers", e);
  }

  @Override
  public void finish() {
    for (int r = 0; r < others.size(); r++) {
      if (r != rank) {
        others.get(r).send(message(0).rewind());
      }
    }
    for (int r = 0; r < others.size(); r++) {
      if (r != rank && next(r).length > 0) {
        throw new IllegalStateException("worker " + r + " goes on where all should have ended");
      }
    }
  }

  @Override
  public void close() {
    for (TransportClient other : others) {
      if (other != null) {
        other.close();
      }
    }
    clients.close();
    server.close();
    context.close();
  }
}
