// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged job on YARN with HDFS ends in the bits of the same job on one machine. */
class YarnIT {
  @TempDir private static Path clusterDirectory;
  private static MiniDFSCluster hdfs;
  private static MiniYARNCluster yarn;
  private static Jobs jobs;
  private static String data;

  @BeforeAll
  static void start() throws Exception {
    Configuration configuration = new YarnConfiguration();
    configuration.set(
        MiniDFSCluster.HDFS_MINIDFS_BASEDIR, clusterDirectory.resolve("hdfs").toString());
    hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    hdfs.waitActive();
    configuration.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, 256);
    configuration.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
    configuration.set("yarn.scheduler.capacity.root.queues", "default");
    configuration.set("yarn.scheduler.capacity.root.default.capacity", "100");
    configuration.set("yarn.scheduler.capacity.maximum-am-resource-percent", "0.5");
    // A disk that is nearly full is no matter here.
    configuration.setFloat(YarnConfiguration.NM_MAX_PER_DISK_UTILIZATION_PERCENTAGE, 100);
    yarn = new MiniYARNCluster("fathom", 2, 1, 1);
    yarn.init(configuration);
    yarn.start();
    yarn.waitForNodeManagersToConnect(30_000);
    jobs =
        new Jobs(clusterDirectory.resolve("jobs"))
            .export("HADOOP_CONF_DIR", clientConfiguration().toString())
            .set("spark.yarn.appMasterEnv.SPARK_LOCAL_IP", SparkJvm.LOOPBACK)
            .set("spark.executorEnv.SPARK_LOCAL_IP", SparkJvm.LOOPBACK)
            .set("spark.yarn.jars", "local:" + SparkJvm.SPARK.resolve("jars") + "/*")
            .set("spark.executor.instances", "2");
    data = hdfs.getURI() + "/data";
    jobs.submit("yarn", Training.prepare(data)).finish();
  }

  @AfterAll
  static void stop() {
    yarn.stop();
    hdfs.shutdown();
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "cluster"})
  void trains(String deployMode) throws Exception {
    Training training = new Training(data, hdfs.getURI() + "/" + deployMode);

    jobs.set("spark.submit.deployMode", deployMode).submit("yarn", training.command()).finish();

    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  /** What a client has to know. */
  private static Path clientConfiguration() throws IOException {
    Configuration known = new Configuration(false);
    for (Map.Entry<String, String> entry : yarn.getConfig()) {
      if (entry.getKey().matches("fs\\.defaultFS|yarn\\.resourcemanager\\..*address.*")) {
        known.set(entry.getKey(), entry.getValue());
      }
    }
    Path files = Files.createDirectories(clusterDirectory.resolve("conf"));
    for (String file : new String[] {"core-site.xml", "yarn-site.xml"}) {
      try (OutputStream out = Files.newOutputStream(files.resolve(file))) {
        known.writeXml(out);
      }
    }
    return files;
  }
}
