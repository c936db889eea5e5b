// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.cluster.Jobs.Job;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged job with S3 for its storage, as the example's settings have it. */
class S3IT {
  private static final String LAKE = S3Endpoint.BUCKET;

  @TempDir private static Path shared;
  private static S3Endpoint store;

  @TempDir private Path directory;
  private Jobs jobs;

  @BeforeAll
  static void startStore() throws Exception {
    store = new S3Endpoint(shared);
    store.files();
  }

  @AfterAll
  static void stopStore() throws IOException {
    store.close();
  }

  @BeforeEach
  void start() throws IOException {
    jobs = store.reachedBy(new Jobs(directory.resolve("jobs")));
  }

  @Test
  void tarShardsBecomeDatedRunsThatAreDoneOnce() throws Exception {
    writeShards(LAKE + "/pairs", 2, 60);

    jobs.submit("local[2]", run("dt=2026-11-23")).finish();
    List<String> made = runs();
    Job again = jobs.submit("local[2]", run("dt=2026-11-23"));
    again.finish();
    assertThat(made)
        .contains(
            "/runs/dt=2026-11-23/_SUCCESS",
            "/runs/dt=2026-11-23/report.html",
            "/runs/dt=2026-11-23/data/_SUCCESS",
            "/runs/dt=2026-11-23/model/x-encoder.zip")
        .noneMatch(key -> key.matches(".*(__magic|_temporary|\\.lock|\\.unfinished).*"));
    assertThat(again.output()).contains("is done already");
    assertThat(runs()).isEqualTo(made);
  }

  /** All that is stored of runs, locks beside them as well. */
  private static List<String> runs() throws IOException {
    return store.keys().stream().filter(key -> key.startsWith("/runs/")).toList();
  }

  @Test
  void aTrainingThatIsKilledIsResumedOverABadNetworkAndEndsInTheSameBits() throws Exception {
    String data = LAKE + "/data";
    store
        .files()
        .copyFromLocalFile(
            new org.apache.hadoop.fs.Path(Undisturbed.get().data().toUri()), path(data));
    Training training = new Training(data, LAKE + "/trained");
    Job job = jobs.submit("local[2]", training.command());
    job.await(() -> training.rounds() >= 20);
    OutputDirectory taken = output("trained");
    assertThatThrownBy(taken::lock)
        .hasMessageContaining("is being written by process " + job.process().pid());
    job.kill();
    assertThat(training.isComplete()).isFalse();

    long fault = System.nanoTime();
    store.network().refuse(4);
    Job again = jobs.submit("local[2]", training.command("training.checkpointEvery=1"));
    again.await(() -> again.output().contains("goes on after round"));
    store.network().cut(5);
    again.finishAfter("a training on S3 killed, over a bad network", fault);

    assertThat(store.network().faultsLeft()).isZero();
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  @Test
  void ofTwoThatBeginAtTheSameTimeOneAloneGetsTheOutput() throws Exception {
    ExecutorService both = Executors.newFixedThreadPool(2);
    try {
      List<Callable<Boolean>> attempts = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        attempts.add(() -> locked(output("contended")));
      }
      List<Boolean> locked = new ArrayList<>();
      for (Future<Boolean> attempt : both.invokeAll(attempts)) {
        locked.add(attempt.get());
      }

      assertThat(locked).containsExactlyInAnyOrder(true, false);
    } finally {
      both.shutdownNow();
    }
  }

  private static boolean locked(OutputDirectory output) {
    try {
      output.lock();
      return true;
    } catch (RuntimeException e) {
      assertThat(e).hasMessageContaining("is being written by");
      return false;
    }
  }

  @Test
  void wrongCredentialsAndABucketThatIsNotThereAreToldInALine() throws Exception {
    Configuration wrong = new Configuration(store.files().getConf());
    wrong.set("fs.s3a.secret.key", "another");
    wrong.setBoolean("fs.s3a.impl.disable.cache", true);

    assertThatThrownBy(
            () -> new OutputDirectory(new Storage(wrong), path(LAKE + "/refused")).lock())
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("403");
    assertThatThrownBy(
            () ->
                new OutputDirectory(new Storage(store.files().getConf()), path("s3a://nowhere/out"))
                    .lock())
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("nowhere");
    assertThat(store.keys()).noneMatch(key -> key.contains("refused"));
  }

  private static org.apache.hadoop.fs.Path path(String text) {
    return new org.apache.hadoop.fs.Path(text);
  }

  private static OutputDirectory output(String name) throws IOException {
    return new OutputDirectory(
        new Storage(store.files().getConf()), new org.apache.hadoop.fs.Path(LAKE + "/" + name));
  }

  private static List<String> run(String partition) {
    List<String> command =
        new ArrayList<>(
            List.of("run", "--input", LAKE + "/pairs/*.tar", "--output", LAKE + "/runs"));
    for (String setting :
        List.of(
            "output.partition=" + partition,
            "image.size=8",
            "training.epochs=2",
            "training.batchSize=32",
            "model.dimension=4")) {
      command.addAll(List.of("--set", setting));
    }
    return command;
  }

  /** Shards of plain pictures whose captions say their colour. */
  private static void writeShards(String to, int shards, int pairs) throws IOException {
    for (int shard = 0; shard < shards; shard++) {
      try (OutputStream out = store.files().create(path(to + "/" + shard + ".tar"));
          TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
        for (int i = 0; i < pairs; i++) {
          Color colour = Color.getHSBColor((float) i / pairs, 1, 1 - 0.3f * shard);
          String key = "%d-%03d".formatted(shard, i);
          add(tar, key + ".png", png(colour));
          add(
              tar,
              key + ".txt",
              "hue %d shade %d".formatted(i, shard).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static byte[] png(Color colour) throws IOException {
    BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    Graphics2D painting = picture.createGraphics();
    painting.setColor(colour);
    painting.fillRect(0, 0, 8, 8);
    painting.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", out);
    return out.toByteArray();
  }
}
