// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import dev.fathom.data.Backbone;
import dev.fathom.data.Backbone.Filter;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The frozen networks that describe pictures and captions, and how they are used: keys of {@code
 * image} and {@code text}.
 *
 * @param image the network for pictures, empty for none
 * @param text the network for captions, empty for none
 */
public record BackboneSettings(Optional<Image> image, Optional<Text> text) {

  /** Settings without frozen networks. */
  public static final BackboneSettings NONE =
      new BackboneSettings(Optional.empty(), Optional.empty());

  private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  private static final List<Double> CLIP_DEVIATION = List.of(0.26862954, 0.26130258, 0.27577711);
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_DEVIATION = List.of(0.229, 0.224, 0.225);

  /** Presets of a network's input, named by what the network was trained with. */
  private enum Preset {
    /** The largest square in the middle, with mean and deviation of CLIP's training. */
    CLIP,
    /** The middle 224 of 256 pixels, with mean and deviation of ImageNet. */
    IMAGENET,
    /** The whole picture with white margins, with values of 0 to 1. */
    UNIT;

    Backbone.Picture input() {
      return switch (this) {
        case CLIP -> of(1, Filter.BICUBIC, CLIP_MEAN, CLIP_DEVIATION);
        case IMAGENET -> of(224 / 256.0, Filter.BILINEAR, IMAGENET_MEAN, IMAGENET_DEVIATION);
        case UNIT -> of(0, Filter.BILINEAR, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
      };
    }

    private static Backbone.Picture of(
        double crop, Filter filter, List<Double> mean, List<Double> deviation) {
      return new Backbone.Picture(0, crop, filter, mean, deviation, false);
    }
  }

  /** The order of a picture's channels. */
  private enum Channels {
    RGB,
    BGR
  }

  /**
   * The network for pictures.
   *
   * @param path path of the ONNX file
   * @param size number of pixels on a side; if empty, the network's own
   * @param input everything else that makes a picture the network's input
   * @param pooling how the output becomes a vector; if empty, the way that suits the output
   * @param output name of the output to use; if empty, the likeliest
   */
  public record Image(
      String path,
      Optional<Integer> size,
      Backbone.Picture input,
      Optional<Backbone.Pooling> pooling,
      Optional<String> output) {}

  /**
   * The network for captions.
   *
   * @param path path of the ONNX file
   * @param tokenizer path of the {@code tokenizer.json}
   * @param maxTokens largest number of tokens that are read of a caption; if empty, the tokenizer's
   *     own
   * @param pooling how the output becomes a vector; if empty, the way that suits the output
   * @param output name of the output to use; if empty, the likeliest
   */
  public record Text(
      String path,
      String tokenizer,
      Optional<Integer> maxTokens,
      Optional<Backbone.Pooling> pooling,
      Optional<String> output) {}

  /** Reads the keys. */
  public static BackboneSettings of(Settings settings) {
    return new BackboneSettings(
        settings.text("image.backbone").map(path -> image(path, settings)),
        settings.text("text.backbone").map(path -> text(path, settings)));
  }

  /** Returns settings with the networks that a model was trained on, from a dataset's sides. */
  public static BackboneSettings of(List<Backbone> networks) {
    return new BackboneSettings(
        networks.stream()
            .filter(network -> network.picture() != null)
            .findFirst()
            .map(
                network ->
                    new Image(
                        network.path(),
                        Optional.of(network.picture().size()),
                        network.picture(),
                        Optional.of(network.pooling()),
                        Optional.of(network.output()))),
        networks.stream()
            .filter(network -> network.picture() == null)
            .findFirst()
            .map(
                network ->
                    new Text(
                        network.path(),
                        network.tokenizer(),
                        Optional.of(network.maxTokens()),
                        Optional.of(network.pooling()),
                        Optional.of(network.output()))));
  }

  /** Returns those of these networks whose modality other settings have, too. */
  public BackboneSettings among(BackboneSettings others) {
    return new BackboneSettings(
        image.filter(network -> others.image().isPresent()),
        text.filter(network -> others.text().isPresent()));
  }

  /** Returns these networks with the paths of other settings' files. */
  public BackboneSettings at(BackboneSettings others) {
    if ((others.image().isPresent() && image.isEmpty())
        || (others.text().isPresent() && text.isEmpty())) {
      throw FathomException.usage(
          "image.backbone or text.backbone is set, and the model reads no features of such a network");
    }
    return new BackboneSettings(
        image.map(
            there ->
                new Image(
                    others.image().map(Image::path).orElse(there.path()),
                    there.size(),
                    there.input(),
                    there.pooling(),
                    there.output())),
        text.map(
            there ->
                new Text(
                    others.text().map(Text::path).orElse(there.path()),
                    others.text().map(Text::tokenizer).orElse(there.tokenizer()),
                    there.maxTokens(),
                    there.pooling(),
                    there.output())));
  }

  /**
   * Everything that features depend on, as text; empty without networks. A test fixes the text, as
   * a changed one would separate datasets that are alike.
   */
  public String provenance(Storage storage) {
    List<String> words = new ArrayList<>();
    image.ifPresent(
        network -> {
          Backbone.Picture input = network.input();
          words.add("image.backbone=" + digest(storage, network.path(), "image.backbone"));
          words.add("image.inputSize=" + told(network.size()));
          words.add("image.crop=" + input.crop());
          words.add("image.filter=" + Settings.written(input.filter()));
          words.add("image.mean=" + told(input.mean()));
          words.add("image.deviation=" + told(input.deviation()));
          words.add("image.channels=" + (input.blueFirst() ? "bgr" : "rgb"));
          words.add("image.pooling=" + told(network.pooling().map(Settings::written)));
          words.add("image.output=" + told(network.output()));
        });
    text.ifPresent(
        network -> {
          words.add("text.backbone=" + digest(storage, network.path(), "text.backbone"));
          words.add("text.tokenizer=" + digest(storage, network.tokenizer(), "text.tokenizer"));
          words.add("text.inputTokens=" + told(network.maxTokens()));
          words.add("text.pooling=" + told(network.pooling().map(Settings::written)));
          words.add("text.output=" + told(network.output()));
        });
    return String.join(" ", words);
  }

  private static String told(Optional<?> value) {
    return value.map(String::valueOf).orElse("");
  }

  private static String told(List<Double> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining("/"));
  }

  private static String digest(Storage storage, String path, String key) {
    return DigestUtils.sha256Hex(OnnxFile.content(storage, path, key));
  }

  private static Image image(String path, Settings settings) {
    Backbone.Picture preset =
        choice(settings, "image.preprocessing", Preset.class).orElse(Preset.IMAGENET).input();
    return new Image(
        path,
        whole(settings, "image.inputSize", 4, 4096),
        new Backbone.Picture(
            0,
            settings.has("image.crop") ? settings.number("image.crop", 0, 1) : preset.crop(),
            preset.filter(),
            channels(settings, "image.mean", preset.mean()),
            channels(settings, "image.deviation", preset.deviation()),
            choice(settings, "image.channels", Channels.class)
                .filter(Channels.BGR::equals)
                .isPresent()),
        pooling(settings, "image.pooling"),
        settings.text("image.output"));
  }

  private static Text text(String path, Settings settings) {
    return new Text(
        path,
        settings
            .text("text.tokenizer")
            .orElseThrow(
                () ->
                    FathomException.usage(
                        "text.backbone = %s wants text.tokenizer, the tokenizer.json that was exported with it",
                        path)),
        whole(settings, "text.inputTokens", 1, 100_000),
        pooling(settings, "text.pooling"),
        settings.text("text.output"));
  }

  private static Optional<Integer> whole(Settings settings, String key, int lowest, int highest) {
    return settings.has(key)
        ? Optional.of(settings.integer(key, lowest, highest))
        : Optional.empty();
  }

  private static Optional<Backbone.Pooling> pooling(Settings settings, String key) {
    return choice(settings, key, Backbone.Pooling.class);
  }

  private static <E extends Enum<E>> Optional<E> choice(
      Settings settings, String key, Class<E> type) {
    return settings.has(key) ? Optional.of(settings.choice(key, type)) : Optional.empty();
  }

  private static List<Double> channels(Settings settings, String key, List<Double> preset) {
    if (!settings.has(key)) {
      return preset;
    }
    List<Double> given = settings.numbers(key);
    if (given.size() != preset.size()) {
      throw FathomException.usage("%s = %s is not a number for red, green and blue", key, given);
    }
    if (key.endsWith("deviation") && given.contains(0.0)) {
      throw FathomException.usage("%s = %s divides by zero", key, given);
    }
    return given;
  }
}
