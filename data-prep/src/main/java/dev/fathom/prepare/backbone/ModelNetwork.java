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
 * The frozen network that a model's side is of, in this process and without Spark: for one query,
 * and for what is made of its file.
 */
public final class ModelNetwork {
  private final Backbones.Tried tried;

  private ModelNetwork(Backbones.Tried tried) {
    this.tried = tried;
  }

  /**
   * Reads and tries a network.
   *
   * @param trained that of the model's side
   * @param settings those of the model, with the places where the files are now
   * @throws FathomException where a file is not there, or is another than the model was trained on
   */
  public static ModelNetwork open(Storage storage, Backbone trained, BackboneSettings settings) {
    Backbones.Tried tried =
        trained.of() == Modality.IMAGE
            ? Backbones.image(storage, settings.image().orElseThrow(), 1)
            : Backbones.text(storage, settings.text().orElseThrow(), 1);
    Backbones.requireSame(trained, tried.backbone());
    return new ModelNetwork(tried);
  }

  /** Content of the ONNX file, not a copy. */
  public byte[] model() {
    return tried.model();
  }

  /** Content of the {@code tokenizer.json}, not a copy; null of pictures. */
  public byte[] tokenizer() {
    return tried.tokenizer();
  }

  /**
   * The features of a picture.
   *
   * @param content of its file
   * @param maxPixels above which it is refused
   * @throws RejectedRowException where prepare would reject it
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
   * The features of a caption.
   *
   * @param caption as prepare cleans it
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
