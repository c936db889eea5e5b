// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import com.amazonaws.services.s3.AmazonS3;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.apache.spark.internal.io.cloud.PathOutputCommitProtocol;

/** A store that speaks S3, on loopback and in memory, with one bucket, behind a faulty network. */
final class S3Endpoint implements AutoCloseable {
  static final String BUCKET = "s3a://lake";

  private static final Path JAR = Path.of("target/s3proxy/s3proxy.jar").toAbsolutePath();
  private static final Path SETTINGS = Path.of("../conf/examples/s3a.conf");
  private static final String IDENTITY = "fathom";
  private static final String SECRET = "kept by nobody";
  private static final String HADOOP = "spark.hadoop.";

  private final Process server;
  private final FaultyNetwork network;

  S3Endpoint(Path directory) throws Exception {
    int port = StandaloneCluster.freePort();
    Path settings =
        Files.writeString(
            Files.createDirectories(directory).resolve("s3proxy.conf"),
            """
            s3proxy.endpoint=http://127.0.0.1:%d
            s3proxy.authorization=aws-v2-or-v4
            s3proxy.identity=%s
            s3proxy.credential=%s
            jclouds.provider=transient
            """
                .formatted(port, IDENTITY, SECRET));
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString(),
                "--properties",
                settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("s3proxy.log").toFile())
            .start();
    await(port);
    network = new FaultyNetwork(port);
    // S3A makes no bucket; the SDK that it goes by does.
    try (S3AFileSystem files = new S3AFileSystem()) {
      Configuration configuration = configuration();
      configuration.set("fs.s3a.bucket.probe", "0");
      files.initialize(URI.create(BUCKET), configuration);
      files.getAmazonS3ClientForTesting("a bucket").createBucket(URI.create(BUCKET).getHost());
    }
  }

  private void await(int port) throws InterruptedException {
    while (true) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return;
      } catch (IOException e) {
        if (!server.isAlive()) {
          throw new IllegalStateException("the store did not start", e);
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  FaultyNetwork network() {
    return network;
  }

  /** Gives jobs the settings of the example, for this store. */
  Jobs reachedBy(Jobs jobs) throws IOException {
    settings().forEach(jobs::set);
    return jobs.export(SparkJvm.MORE, jars());
  }

  /** What the example says, but where the credentials come from. */
  private Map<String, String> settings() throws IOException {
    Properties example = new Properties();
    try (Reader in = Files.newBufferedReader(SETTINGS)) {
      example.load(in);
    }
    example.remove("spark.jars.packages");
    Map<String, String> settings = new TreeMap<>();
    example.stringPropertyNames().forEach(key -> settings.put(key, example.getProperty(key)));
    Map.of(
            "aws.credentials.provider",
            "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
            "access.key",
            IDENTITY,
            "secret.key",
            SECRET,
            "endpoint",
            "http://127.0.0.1:" + network.port(),
            "path.style.access",
            "true")
        .forEach((key, value) -> settings.put(HADOOP + "fs.s3a." + key, value));
    return settings;
  }

  private static String jars() {
    return Stream.of(S3AFileSystem.class, PathOutputCommitProtocol.class, AmazonS3.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
        .collect(Collectors.joining(":"));
  }

  private Configuration configuration() throws IOException {
    Configuration configuration = new Configuration();
    settings()
        .forEach(
            (key, value) -> {
              if (key.startsWith(HADOOP)) {
                configuration.set(key.substring(HADOOP.length()), value);
              }
            });
    return configuration;
  }

  /** The bucket, as every path below it finds it from now on in this JVM. */
  FileSystem files() throws IOException {
    return FileSystem.get(URI.create(BUCKET), configuration());
  }

  /** All keys. */
  List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    var files = files().listFiles(new org.apache.hadoop.fs.Path(BUCKET + "/"), true);
    while (files.hasNext()) {
      keys.add(files.next().getPath().toUri().getPath());
    }
    return keys;
  }

  @Override
  public void close() throws IOException {
    network.close();
    server.destroy();
  }
}
