// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.io.IOUtils;

/**
 * Stands between clients and a server of HTTP on loopback, and now and then does what is feared.
 */
final class FaultyNetwork implements AutoCloseable {
  private static final byte[] SLOW_DOWN =
      """
      HTTP/1.1 503 Slow Down\r
      Content-Type: application/xml\r
      Content-Length: 59\r
      Connection: close\r
      \r
      <Error><Code>SlowDown</Code><Message>less</Message></Error>\
      """
          .getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket listening;
  private final int server;
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger cuts = new AtomicInteger();

  FaultyNetwork(int server) throws IOException {
    this.server = server;
    listening = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Has so many of the requests that follow told to come more slowly. */
  void refuse(int requests) {
    refusals.set(requests);
  }

  /** Has so many of the uploads that follow cut off on their way. */
  void cut(int uploads) {
    cuts.set(uploads);
  }

  /** How many of those are still to come. */
  int faultsLeft() {
    return Math.max(0, refusals.get()) + Math.max(0, cuts.get());
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket behind = new Socket(InetAddress.getLoopbackAddress(), server);
        start(() -> pass(client, behind, true));
        start(() -> pass(behind, client, false));
      }
    } catch (IOException e) {
      // Closed.
      return;
    }
  }

  private void pass(Socket from, Socket to, boolean requests) {
    byte[] buffer = new byte[1 << 16];
    boolean uploading = false;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
        boolean begins = requests && isRequest(buffer, count);
        if (begins && refusals.get() > 0 && refusals.getAndDecrement() > 0) {
          from.getOutputStream().write(SLOW_DOWN);
          return;
        }
        if (uploading && !begins && cuts.get() > 0 && cuts.getAndDecrement() > 0) {
          out.write(buffer, 0, count / 2);
          return;
        }
        uploading = begins ? buffer[0] == 'P' && buffer[1] == 'U' : uploading;
        out.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // The other end is gone.
      IOUtils.closeSocket(to);
    }
  }

  private static boolean isRequest(byte[] bytes, int count) {
    String start =
        new String(Arrays.copyOf(bytes, Math.min(count, 8)), StandardCharsets.ISO_8859_1);
    return start.matches("(GET|PUT|HEAD|POST|DELETE) /.*");
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "faulty-network");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
