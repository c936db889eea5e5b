// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.cluster.Jobs.Job;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The packaged job with HDFS for its storage, on a standalone cluster. */
class HdfsIT {
  @TempDir private static Path clusterDirectory;
  private static MiniDFSCluster hdfs;
  private static StandaloneCluster cluster;
  private static String data;

  @TempDir private Path directory;
  private Jobs jobs;
  private Training training;

  @BeforeAll
  static void startClusters() throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(
        MiniDFSCluster.HDFS_MINIDFS_BASEDIR, clusterDirectory.resolve("hdfs").toString());
    hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(2).build();
    hdfs.waitActive();
    cluster = new StandaloneCluster(clusterDirectory.resolve("cluster"), 2);
    data = hdfs.getURI() + "/data";
    new Jobs(clusterDirectory.resolve("jobs"))
        .submit(cluster.url(), Training.prepare(data))
        .finish();
  }

  @AfterAll
  static void stopClusters() {
    hdfs.shutdown();
    cluster.close();
  }

  @BeforeEach
  void start(TestInfo test) throws Exception {
    cluster.awaitIdle();
    jobs = new Jobs(directory.resolve("jobs"));
    training =
        new Training(data, hdfs.getURI() + "/" + test.getTestMethod().orElseThrow().getName());
  }

  @Test
  void writesAreRefusedForAWhile() throws Exception {
    Job job = jobs.submit(cluster.url(), training.command("training.checkpointEvery=1"));
    job.await(() -> training.rounds() >= 10);

    long fault = System.nanoTime();
    hdfs.getFileSystem().setSafeMode(SafeModeAction.SAFEMODE_ENTER);
    TimeUnit.SECONDS.sleep(10);
    hdfs.getFileSystem().setSafeMode(SafeModeAction.SAFEMODE_LEAVE);
    assertThat(training.isComplete()).isFalse();
    job.finishAfter("HDFS refused writes for ten seconds", fault);

    assertThat(job.output()).contains("trying again");
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  @Test
  void aDataNodeIsLost() throws Exception {
    Job job = jobs.submit(cluster.url(), training.command());
    job.await(() -> training.rounds() >= 10);

    long fault = System.nanoTime();
    MiniDFSCluster.DataNodeProperties lost = hdfs.stopDataNode(0);
    try {
      assertThat(training.isComplete()).isFalse();
      job.finishAfter("a DataNode lost", fault);
    } finally {
      hdfs.restartDataNode(lost);
    }

    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  @Test
  void theDriverIsKilledAndItsLastCheckpointIsHalfWritten() throws Exception {
    Job job = jobs.submit(cluster.url(), training.command());
    job.await(() -> training.rounds() >= 21);
    job.kill();
    assertThat(training.isComplete()).isFalse();
    FileSystem files = training.files();
    org.apache.hadoop.fs.Path newest = training.checkpoint();
    files.truncate(newest, files.getFileStatus(newest).getLen() / 2);
    long fault = System.nanoTime();

    Job again = jobs.submit(cluster.url(), training.command());
    again.finishAfter("the driver killed, its last checkpoint cut in half", fault);

    assertThat(again.output())
        .contains("is not a whole checkpoint")
        .contains("goes on after round");
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }
}
