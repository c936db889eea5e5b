// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.backbone.ModelNetwork;
import dev.fathom.prepare.image.ImageDecoder;
import dev.fathom.prepare.image.ImageSettings;
import dev.fathom.prepare.reject.RejectedRowException;
import dev.fathom.prepare.text.TextSettings;
import dev.fathom.prepare.text.Vocabulary;
import dev.fathom.prepare.text.Words;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/**
 * A query of a search.
 *
 * @param modality text or image
 * @param written the text, or the path of the picture
 */
public record Query(Modality modality, String written) {
  /** Returns the query for a text. */
  public static Query text(String text) {
    return new Query(Modality.TEXT, text);
  }

  /** Returns the query for a picture in a file. */
  public static Query picture(String file) {
    return new Query(Modality.IMAGE, file);
  }

  /**
   * Returns the query as a row of a dataset.
   *
   * @param side the side that reads the query
   * @param prepared the settings that made the dataset
   * @param network the network whose features the side holds, if it holds any
   * @throws FathomException of usage if prepare would reject the query
   */
  Column row(Side side, Settings prepared, Optional<ModelNetwork> network, Storage storage) {
    ColumnBuilder row = new ColumnBuilder(side);
    try {
      if (network.isPresent()) {
        row.add(standardised(features(network.get(), prepared, storage), side));
      } else if (modality == Modality.TEXT) {
        Words words = new Words(TextSettings.of(prepared));
        row.add(Vocabulary.read(side.vocabulary()).numbers(words.of(words.cleaned(written))));
      } else {
        row.add(pixels(side, prepared, storage));
      }
    } catch (RejectedRowException e) {
      throw FathomException.usage("the query %s cannot be read: %s", written, e.getMessage())
          .causedBy(e);
    }
    return row.build();
  }

  private float[] features(ModelNetwork network, Settings prepared, Storage storage)
      throws RejectedRowException {
    if (modality == Modality.TEXT) {
      Words words = new Words(TextSettings.of(prepared));
      String caption = words.cleaned(written);
      // Refuses a caption without words, as prepare does, even if a network's tokenizer would take
      // it.
      words.of(caption);
      return network.ofCaption(caption);
    }
    return network.ofPicture(content(storage), ImageSettings.of(prepared).maxPixels());
  }

  /** Standardises features as prepare does. */
  private float[] standardised(float[] features, Side side) {
    float[] standardised = new float[features.length];
    for (int i = 0; i < features.length; i++) {
      if (!Float.isFinite(features[i])) {
        throw FathomException.usage(
            "the query %s has features that are no finite numbers", written);
      }
      standardised[i] =
          (float) ((features[i] - side.mean().get(i)) / side.standardDeviation().get(i));
    }
    return standardised;
  }

  private byte[] content(Storage storage) {
    Path file = new Path(written);
    if (!storage.isFile(file)) {
      throw FathomException.usage("--image %s is no file", written);
    }
    return storage.read(file);
  }

  private byte[] pixels(Side side, Settings prepared, Storage storage) throws RejectedRowException {
    ImageDecoder.Picture picture =
        new ImageDecoder(ImageSettings.of(prepared)).decode(content(storage));
    if (!List.of(picture.height(), picture.width(), 3).equals(side.shape())) {
      throw FathomException.usage(
          "--image %s comes to %d x %d pixels where the model reads %s",
          written, picture.height(), picture.width(), side.shape());
    }
    // Shards may compress pictures with loss, and the model was trained on such pictures.
    return side.encoding()
        .decode(side.encoding().encode(picture.rgb(), picture.height(), picture.width()));
  }
}
