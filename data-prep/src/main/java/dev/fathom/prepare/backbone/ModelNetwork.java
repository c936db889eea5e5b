// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import ai.onnxruntime.OrtException;
import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.image.ImageDecoder;
import dev.fathom.prepare.reject.RejectedRowException;
import java.io.IOException;
import java.util.List;

/**
 * The frozen network of a model's side, in this process and without Spark: for a single query, and
 * for exports of its file.
 */
public final class ModelNetwork {
  private final Backbones.Tried tried;

  private ModelNetwork(Backbones.Tried tried) {
    this.tried = tried;
  }

  /**
   * Reads and tries a network.
   *
   * @param trained the network of the model's side
   * @param settings settings of the model, with the current paths of the files
   * @throws FathomException if a file does not exist, or differs from the one that the model was
   *     trained on
   */
  public static ModelNetwork open(Storage storage, Backbone trained, BackboneSettings settings) {
    Backbones.Tried tried =
        trained.of() == Modality.IMAGE
            ? Backbones.image(storage, settings.image().orElseThrow(), 1)
            : Backbones.text(storage, settings.text().orElseThrow(), 1);
    Backbones.requireSame(trained, tried.backbone());
    return new ModelNetwork(tried);
  }

  /** The content of the ONNX file, not a copy. */
  public byte[] model() {
    return tried.model();
  }

  /** The content of the {@code tokenizer.json}, not a copy; null for pictures. */
  public byte[] tokenizer() {
    return tried.tokenizer();
  }

  /**
   * Computes the features of a picture.
   *
   * @param content content of the picture's file
   * @param maxPixels number of pixels above which the picture is refused
   * @throws RejectedRowException if prepare would reject it
   */
  public float[] ofPicture(byte[] content, long maxPixels) throws RejectedRowException {
    ImageDecoder.Picture picture =
        ImageDecoder.of(tried.backbone().picture(), maxPixels).decode(content);
    try (FrozenNetwork network = FrozenNetwork.open(tried.model(), tried.threads())) {
      return new PictureFeatures(network, tried.backbone()).of(picture);
    } catch (OrtException e) {
      throw Backbones.failed("image.backbone", tried.backbone().path(), e);
    }
  }

  /**
   * Computes the features of a caption.
   *
   * @param caption the caption, cleaned as prepare does
   */
  public float[] ofCaption(String caption) {
    try (FrozenNetwork network = FrozenNetwork.open(tried.model(), tried.threads());
        Tokens tokens =
            Tokens.open(tried.tokenizer(), tried.backbone().maxTokens(), tried.padded())) {
      return new TextFeatures(network, tokens, tried.backbone(), true).of(List.of(caption))[0];
    } catch (OrtException | IOException e) {
      throw Backbones.failed("text.backbone", tried.backbone().path(), e);
    }
  }
}
