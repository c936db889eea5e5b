// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.error.Causes;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.prepare.image.ImageDecoder;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The frozen networks of a job. The driver reads each, opens it and runs it once, so that one that
 * does not fit is reported before the rows are read; executors receive and open its file only once.
 */
public final class Backbones implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String IMAGE_KEY = "image.backbone";
  private static final String TEXT_KEY = "text.backbone";
  private static final int USUAL_SIZE = 224;

  /** No frozen networks. */
  public static final Backbones NONE = new Backbones(null, null);

  private final Sent image;
  private final Sent text;

  /**
   * A network as it is sent to executors.
   *
   * @param tokenizer tokenizer of captions, null for pictures
   * @param threads number of threads that a run may use
   * @param alone whether a row is run by itself
   */
  private record Sent(
      Backbone backbone,
      Broadcast<byte[]> model,
      Broadcast<byte[]> tokenizer,
      int threads,
      boolean alone,
      boolean padded)
      implements Serializable {

    FrozenNetwork network() {
      return open(
          "network " + model.id(),
          FrozenNetwork.class,
          () -> FrozenNetwork.open(model.value(), threads));
    }

    Tokens tokens() {
      return open(
          "tokenizer " + tokenizer.id(),
          Tokens.class,
          () -> Tokens.open(tokenizer.value(), backbone.maxTokens(), padded));
    }

    private <T extends AutoCloseable> T open(String name, Class<T> type, Callable<T> opening) {
      try {
        return OpenNetworks.get(name, type, opening);
      } catch (Exception | LinkageError e) {
        throw new IllegalStateException("cannot open " + backbone.path(), e);
      }
    }

    void close() {
      OpenNetworks.close("network " + model.id());
      model.destroy();
      if (tokenizer != null) {
        OpenNetworks.close("tokenizer " + tokenizer.id());
        tokenizer.destroy();
      }
    }
  }

  /**
   * A network that has run once.
   *
   * @param tokenizer tokenizer of captions, null for pictures
   * @param alone whether a row is run by itself
   */
  record Tried(
      Backbone backbone,
      byte[] model,
      byte[] tokenizer,
      int threads,
      boolean alone,
      boolean padded) {

    private Sent sent(JavaSparkContext spark) {
      return new Sent(
          backbone,
          spark.broadcast(model),
          tokenizer == null ? null : spark.broadcast(tokenizer),
          threads,
          alone,
          padded);
    }
  }

  private Backbones(Sent image, Sent text) {
    this.image = image;
    this.text = text;
  }

  /**
   * Reads and tries the networks that the settings name.
   *
   * @param wanted modalities whose networks are opened
   * @throws FathomException of usage or data if a network cannot be read or does not fit
   */
  public static Backbones open(
      JavaSparkContext spark, Storage storage, BackboneSettings settings, List<Modality> wanted) {
    int threads = spark.sc().conf().getInt("spark.task.cpus", 1);
    Sent image = null;
    Sent text = null;
    if (settings.image().isPresent() && wanted.contains(Modality.IMAGE)) {
      image = image(storage, settings.image().get(), threads).sent(spark);
    }
    if (settings.text().isPresent() && wanted.contains(Modality.TEXT)) {
      try {
        text = text(storage, settings.text().get(), threads).sent(spark);
      } catch (RuntimeException e) {
        Optional.ofNullable(image).ifPresent(Sent::close);
        throw e;
      }
    }
    return image == null && text == null ? NONE : new Backbones(image, text);
  }

  static Tried image(Storage storage, BackboneSettings.Image settings, int threads) {
    OnnxFile file = OnnxFile.read(storage, settings.path(), IMAGE_KEY);
    try (FrozenNetwork network = tried(file.content(), threads, IMAGE_KEY, settings.path())) {
      PictureFeatures.Layout layout = PictureFeatures.Layout.of(network, settings.path());
      int size = settings.size().orElse(layout.size() > 0 ? layout.size() : USUAL_SIZE);
      if (layout.size() > 0 && layout.size() != size) {
        throw FathomException.usage(
            "image.inputSize = %d, and image.backbone = %s wants %d",
            size, settings.path(), layout.size());
      }
      Backbone.Picture how = settings.input();
      String output = network.output(settings.output(), "image.output");
      Backbone backbone =
          new Backbone(
              Modality.IMAGE,
              place(storage, settings.path()),
              DigestUtils.sha256Hex(file.content()),
              output,
              network.pooling(output, settings.pooling(), false),
              0,
              new Backbone.Picture(
                  size, how.crop(), how.filter(), how.mean(), how.deviation(), how.blueFirst()),
              null,
              null,
              0);
      byte[] white = new byte[size * size * 3];
      int columns =
          new PictureFeatures(network, backbone)
              .of(new ImageDecoder.Picture(white, size, size))
              .length;
      return new Tried(backbone.ofWidth(columns), file.content(), null, threads, true, false);
    }
  }

  static Tried text(Storage storage, BackboneSettings.Text settings, int threads) {
    OnnxFile file = OnnxFile.read(storage, settings.path(), TEXT_KEY);
    byte[] json = OnnxFile.content(storage, settings.tokenizer(), "text.tokenizer");
    try (FrozenNetwork network = tried(file.content(), threads, TEXT_KEY, settings.path())) {
      int length = TextFeatures.length(network, settings.path());
      if (length > 0 && settings.maxTokens().filter(wanted -> wanted != length).isPresent()) {
        throw FathomException.usage(
            "text.inputTokens = %d, and text.backbone = %s wants %d",
            settings.maxTokens().get(), settings.path(), length);
      }
      int most = length > 0 ? length : settings.maxTokens().orElse(0);
      try (Tokens tokens = Tokens.open(json, most, length > 0)) {
        String output = network.output(settings.output(), "text.output");
        Backbone backbone =
            new Backbone(
                Modality.TEXT,
                place(storage, settings.path()),
                DigestUtils.sha256Hex(file.content()),
                output,
                network.pooling(output, settings.pooling(), true),
                0,
                null,
                place(storage, settings.tokenizer()),
                DigestUtils.sha256Hex(json),
                tokens.maxTokens());
        TextFeatures features = new TextFeatures(network, tokens, backbone, true);
        String longest = "a ".repeat(tokens.maxTokens());
        return new Tried(
            backbone.ofWidth(tried(features, longest)),
            file.content(),
            json,
            threads,
            file.isDynamicallyQuantised(),
            length > 0);
      } catch (IOException e) {
        throw FathomException.data(
                "text.tokenizer = %s is no tokenizer.json that is understood: %s",
                settings.tokenizer(), Causes.told(e))
            .causedBy(e);
      } catch (LinkageError e) {
        throw FathomException.of(
                ExitCode.FAILURE,
                "the library of tokenizers cannot be loaded here: %s",
                Causes.told(e))
            .causedBy(e);
      }
    }
  }

  /** The width of the features, after a trial run of the longest caption. */
  private static int tried(TextFeatures features, String longest) {
    features.of(List.of("a"));
    try {
      return features.of(List.of(longest))[0].length;
    } catch (FathomException e) {
      throw FathomException.usage(
              "text.backbone = %s fails on a caption of %d tokens; set text.inputTokens to what it reads at most (77 for CLIP)",
              features.backbone().path(), features.backbone().maxTokens())
          .causedBy(e);
    }
  }

  private static FrozenNetwork tried(byte[] model, int threads, String key, String path) {
    try {
      FrozenNetwork network = FrozenNetwork.open(model, threads);
      if (network.inputs().isEmpty()) {
        network.close();
        throw FathomException.data("%s = %s has no input that is a tensor", key, path);
      }
      return network;
    } catch (LinkageError e) {
      throw FathomException.of(
              ExitCode.FAILURE, "ONNX Runtime cannot be loaded here: %s", Causes.told(e))
          .causedBy(e);
    } catch (ai.onnxruntime.OrtException e) {
      throw failed(key, path, e);
    }
  }

  static FathomException failed(String key, String path, Exception e) {
    return FathomException.data("%s = %s: ONNX Runtime says: %s", key, path, Causes.told(e))
        .causedBy(e);
  }

  private static String place(Storage storage, String path) {
    return Secrets.masked(storage.qualified(new Path(path)).toString());
  }

  /**
   * Refuses files other than those that a model was trained on.
   *
   * @param expected the network on the card of the model
   * @throws FathomException of data if the content of a file differs
   */
  public static void requireSame(Backbone expected, Backbone found) {
    requireSame(expected.sha256(), found.sha256(), found.path());
    if (expected.tokenizer() != null) {
      requireSame(expected.tokenizerSha256(), found.tokenizerSha256(), found.tokenizer());
    }
  }

  static void requireSame(String expected, String found, String path) {
    if (!expected.equals(found)) {
      throw FathomException.data(
          "%s is not the file that the model was trained on: its SHA-256 is %s, and %s is wanted",
          path, found, expected);
    }
  }

  /** The network that describes a modality of the source. */
  public Optional<Backbone> of(Modality modality) {
    Sent sent =
        switch (modality) {
          case IMAGE -> image;
          case TEXT -> text;
          case VECTOR -> null;
        };
    return Optional.ofNullable(sent).map(Sent::backbone);
  }

  /** The features of pictures, opened on an executor. */
  public Optional<PictureFeatures> pictures() {
    return Optional.ofNullable(image)
        .map(sent -> new PictureFeatures(sent.network(), sent.backbone()));
  }

  /** The features of captions, opened on an executor. */
  public Optional<TextFeatures> texts() {
    return Optional.ofNullable(text)
        .map(
            sent -> new TextFeatures(sent.network(), sent.tokens(), sent.backbone(), sent.alone()));
  }

  /** Closes everything that is open on the driver. */
  public void close() {
    Optional.ofNullable(image).ifPresent(Sent::close);
    Optional.ofNullable(text).ifPresent(Sent::close);
  }
}
