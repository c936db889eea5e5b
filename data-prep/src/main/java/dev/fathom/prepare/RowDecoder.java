// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.common.Storage;
import dev.fathom.prepare.image.ImageDecoder;
import dev.fathom.prepare.image.ImageSettings;
import dev.fathom.prepare.reject.RejectedRowException;
import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.RawValue;
import dev.fathom.prepare.text.TextSettings;
import dev.fathom.prepare.text.Words;
import java.io.Serializable;
import java.util.ArrayList;
import org.apache.commons.io.FilenameUtils;

/**
 * Makes a pair of a row, or says why not. Depends on nothing but the row and the settings. For one
 * thread.
 */
final class RowDecoder {
  private final Rules rules;
  private final ImageDecoder images;
  private final Words words;

  /**
   * The settings that matter to a row.
   *
   * @param image what pictures become
   * @param text what captions become
   * @param split how many pairs go to train, validation and test
   * @param grouped whether rows of one group stay in one split
   * @param seed that the split is drawn from
   */
  record Rules(
      ImageSettings image, TextSettings text, SplitShares split, boolean grouped, long seed)
      implements Serializable {

    static Rules of(PrepareSettings settings) {
      return new Rules(
          settings.image(),
          settings.text(),
          settings.split(),
          settings.input().groupBy().isPresent(),
          settings.seed());
    }
  }

  RowDecoder(Rules rules, Storage storage) {
    this.rules = rules;
    images = new ImageDecoder(storage, rules.image());
    words = new Words(rules.text().maxTokens());
  }

  /** What becomes of a row; nothing that is wrong with it is thrown. */
  Outcome decode(RawRow row) {
    try {
      return pair(row);
    } catch (RejectedRowException e) {
      return new Outcome.Rejected(row.key(), e.reason().code(), e.getMessage());
    }
  }

  private Outcome pair(RawRow row) throws RejectedRowException {
    if (row instanceof RawRow.Pair pair) {
      return new Outcome.Kept(
          pair.key(),
          rules.split().of(rules.seed(), group(pair)),
          value(pair.x()),
          value(pair.y()),
          pair.label(),
          source(pair.x()),
          source(pair.y()));
    }
    RawRow.Broken broken = (RawRow.Broken) row;
    throw new RejectedRowException(broken.reason(), broken.detail());
  }

  /**
   * What decides the split. Where rows are grouped, a row without a group goes by its key without
   * folder and ending, so that {@code images/A.png} stays with the rows that are grouped under A.
   */
  private String group(RawRow.Pair pair) {
    if (!rules.grouped()) {
      return pair.key();
    }
    return pair.group().isBlank() ? FilenameUtils.getBaseName(pair.key()) : pair.group();
  }

  private DecodedValue value(RawValue raw) throws RejectedRowException {
    if (raw instanceof RawValue.ImageFile file) {
      return new DecodedValue.Pixels(images.read(file.folder(), file.name()));
    }
    if (raw instanceof RawValue.Picture picture) {
      return new DecodedValue.Pixels(picture.pixels());
    }
    if (raw instanceof RawValue.Caption caption) {
      return new DecodedValue.Text(new ArrayList<>(words.of(caption.text())));
    }
    if (raw instanceof RawValue.Unusable unusable) {
      throw new RejectedRowException(unusable.reason(), unusable.detail());
    }
    return new DecodedValue.Vector(((RawValue.Numbers) raw).values());
  }

  private static String source(RawValue raw) {
    if (raw instanceof RawValue.ImageFile file) {
      return file.name();
    }
    return raw instanceof RawValue.Caption caption ? caption.text() : "";
  }
}
