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
 * Everything that determines the content of a dataset.
 *
 * @param input how the pairs are found in the input
 * @param synthetic settings of built-in sources
 * @param dropDuplicates whether to reject pairs that repeat both sides of an earlier pair
 * @param shufflePairs whether every x gets the y of another row
 * @param mismatchedPairs share of the training pairs, 0 to 1, whose x gets the y of another pair
 * @param standardise whether vectors are standardised to mean 0 and standard deviation 1
 * @param maxRejects share of rejected rows, 0 to 1, above which the stage fails
 * @param split shares of the pairs for train, validation and test
 * @param stratify whether each label is split by these shares
 * @param image settings of pictures
 * @param text settings of captions
 * @param backbones the frozen networks that describe pictures and captions
 * @param shardSize bytes of pairs in a shard file, before compression
 * @param seed seed of every random choice
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
   * Returns the same settings for pairs that a model reads: all in the test split, described by the
   * model's frozen networks, whose files may have new paths.
   *
   * @throws dev.fathom.error.FathomException of usage if the settings name a network that the model
   *     does not have
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
   * appended to. A test fixes the text, as a changed one would separate datasets that are alike.
   *
   * @param storage storage from which the files of frozen networks are read
   */
  String provenance(Storage storage) {
    String networks = backbones.provenance(storage);
    return networks.isEmpty() ? provenance() : provenance() + " " + networks;
  }

  /** The same text without frozen networks. */
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
