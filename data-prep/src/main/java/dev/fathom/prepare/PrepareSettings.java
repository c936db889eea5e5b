// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.prepare.backbone.BackboneSettings;
import dev.fathom.prepare.image.ImageSettings;
import dev.fathom.prepare.source.InputSettings;
import dev.fathom.prepare.source.synthetic.SyntheticSettings;
import dev.fathom.prepare.text.TextSettings;
import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that decides the content of a dataset.
 *
 * @param input how the pairs are found in the input
 * @param synthetic settings of built-in sources
 * @param dropDuplicates whether to reject pairs both of whose sides are those of an earlier one
 * @param shufflePairs whether every x gets the y of another row
 * @param mismatchedPairs share of the training pairs, 0 to 1, whose x gets the y of another
 * @param standardise whether vectors are brought to mean 0 and standard deviation 1
 * @param maxRejects share of rejected rows, 0 to 1, above which the stage fails
 * @param split how many pairs go to train, validation and test
 * @param stratify whether each label is split so
 * @param image what pictures become
 * @param text what captions become
 * @param backbones the frozen networks that describe pictures and captions
 * @param shardSize bytes of pairs a shard file holds, before compression
 * @param seed of every random choice
 * @param overwrite whether an output directory that exists may be replaced
 */
public record PrepareSettings(
    InputSettings input,
    SyntheticSettings synthetic,
    boolean dropDuplicates,
    boolean shufflePairs,
    double mismatchedPairs,
    boolean standardise,
    double maxRejects,
    SplitShares split,
    boolean stratify,
    ImageSettings image,
    TextSettings text,
    BackboneSettings backbones,
    long shardSize,
    long seed,
    boolean overwrite) {

  /**
   * Reads the keys of this stage.
   *
   * @throws dev.fathom.error.FathomException of usage if a value is out of its range
   */
  public static PrepareSettings of(Settings settings) {
    return new PrepareSettings(
        InputSettings.of(settings),
        SyntheticSettings.of(settings),
        settings.flag("input.dropDuplicates"),
        settings.flag("input.shufflePairs"),
        settings.number("input.mismatchedPairs", 0, 1),
        settings.flag("input.standardise"),
        settings.number("input.maxRejects", 0, 1),
        SplitShares.of(settings),
        settings.flag("split.stratify"),
        ImageSettings.of(settings),
        TextSettings.of(settings),
        BackboneSettings.of(settings),
        Math.max(1, settings.bytes("shards.targetSize")),
        settings.wholeNumber("training.seed"),
        settings.flag("output.overwrite"));
  }

  /**
   * The same for pairs that a model is to read: all in the test split, described by its frozen
   * networks, whose files may be named anew.
   *
   * @throws dev.fathom.error.FathomException of usage where a network is named that it has not
   */
  public PrepareSettings readBy(Reading model) {
    BackboneSettings read = BackboneSettings.of(model.networks());
    return new PrepareSettings(
        input,
        synthetic,
        dropDuplicates,
        false,
        0,
        standardise,
        maxRejects,
        new SplitShares(0, 0, 1),
        false,
        image,
        text,
        read.at(model.only().isPresent() ? backbones.among(read) : backbones),
        shardSize,
        seed,
        overwrite);
  }

  /**
   * Everything that the form of a pair depends on, as text. A dataset with the same text can be
   * appended to. A test holds the text, as another one would separate datasets that are alike.
   *
   * @param storage where the files of frozen networks are read
   */
  String provenance(Storage storage) {
    String networks = backbones.provenance(storage);
    return networks.isEmpty() ? provenance() : provenance() + " " + networks;
  }

  /** The same without frozen networks. */
  String provenance() {
    List<String> words = new ArrayList<>();
    words.add("dropDuplicates=" + dropDuplicates);
    words.add("shufflePairs=" + shufflePairs);
    words.add("mismatchedPairs=" + mismatchedPairs);
    words.add("standardise=" + standardise);
    words.add("split=%s/%s/%s".formatted(split.train(), split.validation(), split.test()));
    words.add("groupBy=" + input.groupBy().orElse(""));
    words.add("stratify=" + stratify);
    words.add("size=" + image.size());
    words.add("resize=" + Settings.written(image.resize()));
    words.add("encoding=" + Settings.written(image.encoding()));
    words.add("maxPixels=" + image.maxPixels());
    words.add("vocabularySize=" + text.vocabularySize());
    words.add("unknownBuckets=" + text.unknownBuckets());
    words.add("maxTokens=" + text.maxTokens());
    words.add("maxCharacters=" + text.maxCharacters());
    words.add("clean=" + text.clean());
    words.add("seed=" + seed);
    return Secrets.masked(String.join(" ", words));
  }
}
