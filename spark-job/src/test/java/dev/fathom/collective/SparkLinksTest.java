// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.testing.Members;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.internal.config.package$;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.Option;

class SparkLinksTest {
  private final UUID token = UUID.randomUUID();
  private final List<SparkLinks> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(SparkLinks::close);
  }

  private SparkLinks links(SparkConf conf, UUID token) {
    SparkLinks links = Processes.links(conf, token);
    open.add(links);
    return links;
  }

  private List<SparkLinks> connected(int count, SparkConf conf) {
    List<SparkLinks> links =
        IntStream.range(0, count).mapToObj(i -> links(conf.clone(), token)).toList();
    List<InetSocketAddress> addresses = links.stream().map(SparkLinks::address).toList();
    for (int r = 0; r < count; r++) {
      links.get(r).connect(r, addresses);
    }
    return links;
  }

  private static List<List<Slice>> toOther(int rank, Slice... slices) {
    return rank == 0 ? List.of(List.of(), List.of(slices)) : List.of(List.of(slices), List.of());
  }

  private static float[] exchanged(SparkLinks links, int rank, float[] mine) {
    float[] theirs = new float[mine.length];
    links.exchange(
        toOther(rank, new Slice(mine, 0, mine.length)),
        toOther(rank, new Slice(theirs, 0, theirs.length)));
    return theirs;
  }

  @Test
  void everyBitArrivesOfAnyLength() throws Exception {
    List<SparkLinks> links = connected(2, new SparkConf());
    for (int length : new int[] {0, 1, 100, 1 << 15, (1 << 15) + 1, 3_000_000}) {
      float[] odd = {
        Float.intBitsToFloat(0x7fc12345), -0f, Float.MIN_VALUE, Float.NEGATIVE_INFINITY
      };
      List<float[]> got =
          Members.each(
              2,
              rank -> {
                float[] mine = new float[length];
                for (int i = 0; i < length; i++) {
                  mine[i] = i % 7 == 3 ? odd[i / 7 % odd.length] : i + 0.5f * rank;
                }
                return exchanged(links.get(rank), rank, mine);
              });
      for (int rank = 0; rank < 2; rank++) {
        for (int i = 0; i < length; i++) {
          float sent = i % 7 == 3 ? odd[i / 7 % odd.length] : i + 0.5f * (1 - rank);
          assertThat(Float.floatToRawIntBits(got.get(rank)[i]))
              .isEqualTo(Float.floatToRawIntBits(sent));
        }
      }
    }
  }

  @Test
  void aWorkerThatIsGoneEndsTheOthersWaiting() throws Exception {
    List<SparkLinks> links = connected(2, new SparkConf());
    Members.each(2, rank -> exchanged(links.get(rank), rank, new float[10]));

    links.get(1).close();

    assertThatThrownBy(() -> exchanged(links.get(0), 0, new float[10]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("worker 1 is gone");
  }

  @Test
  void moreThanIsWantedIsRefused() {
    List<SparkLinks> links = connected(2, new SparkConf());

    assertThatThrownBy(
            () -> Members.each(2, rank -> exchanged(links.get(rank), rank, new float[10 + rank])))
        .hasMessageContaining("worker 1 sent 11 numbers where 10 were wanted");
  }

  @Test
  void anotherTokenIsRefused() throws Exception {
    List<SparkLinks> links = connected(2, new SparkConf());
    forge(links.get(0), new SparkConf(), UUID.randomUUID());

    List<float[]> got =
        Members.each(2, rank -> exchanged(links.get(rank), rank, new float[] {1 + rank}));

    assertThat(got.get(0)).containsExactly(2);
    assertThat(got.get(1)).containsExactly(1);
  }

  @Test
  void withAuthenticationOnlyThoseConnectWhoKnowTheSecret() throws Exception {
    SparkConf secret =
        new SparkConf()
            .set("spark.authenticate", "true")
            .set("spark.authenticate.secret", "known to all")
            .set("spark.network.crypto.enabled", "true");
    List<SparkLinks> links = connected(2, secret);
    assertThat(Members.each(2, rank -> exchanged(links.get(rank), rank, new float[] {rank})).get(0))
        .containsExactly(1);

    SparkConf guess = secret.clone().set("spark.authenticate.secret", "guessed");
    assertThatThrownBy(() -> forge(links.get(0), guess, token))
        .isInstanceOf(RuntimeException.class);
    forge(links.get(0), new SparkConf(), token);
    assertThat(Members.each(2, rank -> exchanged(links.get(rank), rank, new float[] {rank})).get(0))
        .containsExactly(1);
  }

  /** Sends what seems to come from the second worker. */
  private void forge(SparkLinks to, SparkConf conf, UUID token) {
    SparkLinks stranger = links(conf, token);
    stranger.connect(1, List.of(to.address(), stranger.address()));
    List<List<Slice>> forged = List.of(List.of(new Slice(new float[] {666}, 0, 1)), List.of());
    stranger.exchange(forged, List.of(List.of(), List.of()));
  }

  @Test
  void aKilledTaskWaitsNoLonger() {
    AtomicBoolean killed = new AtomicBoolean();
    SparkConf conf = new SparkConf().set("spark.app.id", "test");
    SparkLinks waiting =
        new SparkLinks(
            conf,
            new SecurityManager(conf, Option.empty(), package$.MODULE$.AUTH_SECRET_FILE()),
            Processes.LOOPBACK,
            token,
            killed::get);
    open.add(waiting);
    SparkLinks silent = links(new SparkConf(), token);
    waiting.connect(0, List.of(waiting.address(), silent.address()));
    killed.set(true);

    assertThatThrownBy(() -> exchanged(waiting, 0, new float[1]))
        .hasMessageContaining("the task was killed");
  }

  @Test
  void nothingListensAfterItIsClosed() throws Exception {
    // A port that is free may be another process's at once, but not three times.
    boolean refused = false;
    for (int i = 0; i < 3 && !refused; i++) {
      refused = isRefusedOnceClosed();
    }
    assertThat(refused).isTrue();
  }

  private boolean isRefusedOnceClosed() throws IOException {
    SparkLinks links = links(new SparkConf(), token);
    int port = links.address().getPort();
    new Socket(InetAddress.getLoopbackAddress(), port).close();

    links.close();

    try {
      new Socket(InetAddress.getLoopbackAddress(), port).close();
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }
}
