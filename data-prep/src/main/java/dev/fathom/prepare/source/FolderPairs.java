// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.error.FathomException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Finds pictures below a directory, each with its caption in a text file of the same name beside
 * it.
 */
final class FolderPairs {
  /** The setting by which a picture's folder becomes its label. */
  private static final String LABEL_BY_FOLDER = "folder";

  private static final String CAPTION = ".txt";

  private FolderPairs() {}

  /** Lists the pictures and opens them as pairs. */
  static Source open(JavaSparkContext spark, InputFiles files, InputSettings input) {
    List<Path> pictures = files.where(InputFiles.Kind.PICTURE);
    if (pictures.isEmpty()) {
      throw FathomException.data("%s holds no pictures", files.root());
    }
    boolean labelled = input.label().isPresent();
    if (labelled && !input.label().get().equals(LABEL_BY_FOLDER)) {
      throw FathomException.usage(
          "input.label = %s: of a folder of pictures the label is null or %s",
          input.label().get(), LABEL_BY_FOLDER);
    }
    if (input.groupBy().isPresent() || input.key().isPresent()) {
      throw FathomException.usage(
          "a folder of pictures has no columns; set split.groupBy and input.key to null");
    }
    List<Path> captions = files.where(file -> file.getName().endsWith(CAPTION));
    Set<String> texts = new HashSet<>();
    captions.forEach(file -> texts.add(file.toString()));
    List<RawRow> rows = new ArrayList<>();
    for (Path picture : pictures) {
      String caption = StringUtils.substringBeforeLast(picture.toString(), ".") + CAPTION;
      String name = name(files, picture);
      rows.add(
          new RawRow.Pair(
              StringUtils.substringBeforeLast(name, "."),
              rows.size(),
              new RawValue.ImageFile(
                  files.root().toString(), name.contains(":") ? picture.toString() : name),
              texts.contains(caption)
                  ? new RawValue.CaptionFile(caption)
                  : RawValue.Unusable.missing("no " + caption),
              labelled ? picture.getParent().getName() : "",
              ""));
    }
    if (files.hidden() > 0) {
      rows.add(new RawRow.Hidden("", rows.size(), files.hidden()));
    }
    List<Path> all = new ArrayList<>(pictures);
    all.addAll(captions);
    return new ListedSource(spark, rows, files.fingerprint(all));
  }

  /** The path below the root. */
  private static String name(InputFiles files, Path picture) {
    return StringUtils.removeStart(
        StringUtils.removeStart(picture.toUri().getPath(), files.root().toUri().getPath()), "/");
  }
}
