// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import java.io.IOException;
import java.io.Reader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import okhttp3.mockwebserver.MockResponse;
import okhttp3.mockwebserver.MockWebServer;
import okhttp3.mockwebserver.RecordedRequest;
import org.apache.commons.lang3.StringUtils;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.k8s.KubernetesConf;
import org.apache.spark.deploy.k8s.KubernetesExecutorConf;
import org.apache.spark.deploy.k8s.SparkPod;
import org.apache.spark.deploy.k8s.submit.KubernetesClientApplication;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfile$;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.Option;

/**
 * What Spark asks Kubernetes for by the settings of the example, of an API server that keeps what
 * it is given and runs nothing.
 */
class KubernetesTest {
  private static final String NAMESPACE = "fathom";

  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(), new MockWebServer(), new HashMap<>(), new Applying(), false);
  private NamespacedKubernetesClient client;
  private SparkConf settings;

  @BeforeEach
  void start() throws IOException {
    server.init();
    client = server.createClient();
    settings = new SparkConf(false);
    // As the example's first command puts them together, the later over the earlier.
    for (String file :
        List.of("spark-defaults.conf", "examples/s3a.conf", "examples/kubernetes.conf")) {
      Properties properties = new Properties();
      try (Reader in = Files.newBufferedReader(Path.of("../conf", file))) {
        properties.load(in);
      }
      properties
          .stringPropertyNames()
          .forEach(key -> settings.set(key, properties.getProperty(key).strip()));
    }
    settings.remove("spark.jars.packages");
    settings.setMaster("k8s://" + client.getMasterUrl());
    settings.setAppName("fathom run");
  }

  @AfterEach
  void stop() {
    ResourceProfile$.MODULE$.clearDefaultProfile();
    client.close();
    server.destroy();
  }

  @Test
  void theDriverIsSubmittedWithItsServiceAndItsSettings() {
    settings
        .set("spark.submit.deployMode", "cluster")
        .set("spark.kubernetes.submission.waitAppCompletion", "false");

    new KubernetesClientApplication()
        .start(
            new String[] {
              "--primary-java-resource",
              "local:///opt/fathom/fathom.jar",
              "--main-class",
              "dev.fathom.cli.Fathom",
              "--arg",
              "run",
              "--arg",
              "--input",
              "--arg",
              "s3a://lake/pairs/*.tar"
            },
            settings);

    Pod driver = only(client.pods().inNamespace(NAMESPACE).list().getItems());
    Container container = only(driver.getSpec().getContainers());
    assertThat(driver.getSpec().getServiceAccountName()).isEqualTo("fathom");
    assertThat(driver.getMetadata().getAnnotations())
        .contains(
            entry("prometheus.io/scrape", "true"),
            entry("prometheus.io/port", "4040"),
            entry("prometheus.io/path", "/metrics/prometheus/"));
    assertThat(container.getImage()).isEqualTo("fathom:0.1.0");
    assertThat(container.getArgs())
        .startsWith("driver")
        .containsSubsequence(
            "dev.fathom.cli.Fathom",
            "local:///opt/fathom/fathom.jar",
            "run",
            "--input",
            "s3a://lake/pairs/*.tar");
    assertThat(environment(container))
        .contains(entry("OMP_NUM_THREADS", "1"), entry("OPENBLAS_NUM_THREADS", "1"));
    // A heap of 4 GB and a fifth of it.
    assertThat(container.getResources().getLimits().get("memory").toString()).isEqualTo("4915Mi");
    Service service = only(client.services().inNamespace(NAMESPACE).list().getItems());
    assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
    assertThat(driver.getMetadata().getLabels())
        .containsAllEntriesOf(service.getSpec().getSelector());
    assertThat(client.configMaps().inNamespace(NAMESPACE).list().getItems())
        .extracting(ConfigMap::getData)
        .anySatisfy(
            data ->
                assertThat(data.get("spark.properties"))
                    .contains("spark.hadoop.fs.s3a.committer.name=magic")
                    .contains("log4j2.configurationFile"));
  }

  @Test
  void anExecutorGetsItsCoresItsMemoryAndADisk() {
    settings.set("spark.driver.host", "fathom-driver").set("spark.driver.port", "7078");
    // Spark keeps one default profile for each JVM: another test's session may have made it.
    ResourceProfile$.MODULE$.clearDefaultProfile();
    KubernetesExecutorConf conf =
        KubernetesConf.createExecutorConf(
            settings,
            "1",
            "spark-fathom",
            Option.empty(),
            ResourceProfile.DEFAULT_RESOURCE_PROFILE_ID());

    SparkPod built =
        new KubernetesExecutorBuilder()
            .buildFromFeatures(
                conf,
                new SecurityManager(
                    settings,
                    Option.empty(),
                    org.apache.spark.internal.config.package$.MODULE$.AUTH_SECRET_FILE()),
                client,
                ResourceProfile$.MODULE$.getOrCreateDefaultProfile(settings))
            .pod();

    Container container = built.container();
    assertThat(container.getResources().getRequests().get("cpu").getAmount()).isEqualTo("4");
    assertThat(container.getResources().getLimits().get("cpu").getAmount()).isEqualTo("4");
    // A heap of 4 GB and 1 GB beside it.
    assertThat(container.getResources().getLimits().get("memory").toString()).isEqualTo("5120Mi");
    assertThat(environment(container))
        .contains(entry("OMP_NUM_THREADS", "1"), entry("OPENBLAS_NUM_THREADS", "1"));
    Volume disk =
        only(
            built.pod().getSpec().getVolumes().stream()
                .filter(volume -> volume.getName().equals("spark-local-dir-1"))
                .toList());
    assertThat(disk.getEmptyDir().getSizeLimit().toString()).isEqualTo("100Gi");
    assertThat(disk.getEmptyDir().getMedium()).isNullOrEmpty();
    assertThat(container.getVolumeMounts())
        .anySatisfy(
            mount -> {
              assertThat(mount.getName()).isEqualTo("spark-local-dir-1");
              assertThat(mount.getMountPath()).isEqualTo("/local");
            });
    assertThat(environment(container)).contains(entry("SPARK_LOCAL_DIRS", "/local"));
  }

  /** What is applied is made where it is not there, as a real server does it. */
  private static final class Applying extends KubernetesCrudDispatcher {
    @Override
    public MockResponse handlePatch(RecordedRequest request) {
      String path = StringUtils.substringBefore(request.getPath(), "?");
      if (findResource(getKey(path)) != null) {
        return super.handlePatch(request);
      }
      return handleCreate(
          new RecordedRequest(
              "POST " + StringUtils.substringBeforeLast(path, "/") + " HTTP/1.1",
              request.getHeaders(),
              request.getChunkSizes(),
              request.getBodySize(),
              request.getBody(),
              request.getSequenceNumber(),
              new Socket()));
    }
  }

  private static Map<String, String> environment(Container container) {
    Map<String, String> values = new HashMap<>();
    for (EnvVar variable : container.getEnv()) {
      values.put(variable.getName(), variable.getValue());
    }
    return values;
  }

  private static <T> T only(List<T> found) {
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
