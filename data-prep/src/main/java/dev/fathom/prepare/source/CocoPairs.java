// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fathom.error.Causes;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.reject.RejectReason;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Reads pictures and captions as COCO lists them: one JSON object with {@code images} (id,
 * file_name) and {@code annotations} (image_id, caption). It is read on the driver, which skips the
 * rest of the object.
 */
final class CocoPairs {
  private static final Set<String> BEFORE = Set.of("info", "licenses", "type", "categories");
  private static final Set<String> PARTS = Set.of("images", "annotations");
  private static final JsonFactory JSON = new JsonFactory();

  private CocoPairs() {}

  /** Whether a JSON file begins as COCO's files do. */
  static boolean isCoco(Storage storage, Path file) {
    try (JsonParser parser = parser(storage, file)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (PARTS.contains(name)) {
          return value == JsonToken.START_ARRAY;
        }
        if (!BEFORE.contains(name)) {
          return false;
        }
        parser.skipChildren();
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  /** Opens the pairs of a file. */
  static Source open(
      JavaSparkContext spark, Storage storage, Path file, InputSettings input, String fingerprint) {
    try (JsonParser parser = parser(storage, file)) {
      Lists lists = Lists.read(parser);
      Path folder = input.images().map(Path::new).orElseGet(() -> folder(storage, file, lists));
      return new ListedSource(
          spark, lists.rows(storage.qualified(folder).toString(), input), fingerprint);
    } catch (IOException e) {
      throw FathomException.data("%s cannot be read: %s", file, Causes.told(e)).causedBy(e);
    }
  }

  private static JsonParser parser(Storage storage, Path file) throws IOException {
    InputStream in = storage.open(file);
    return JSON.createParser(file.getName().endsWith(".gz") ? new GZIPInputStream(in) : in);
  }

  /**
   * The folder of the pictures, found by the first one: beside the file, or where COCO itself is
   * unpacked.
   */
  private static Path folder(Storage storage, Path file, Lists lists) {
    Path beside = file.getParent();
    String name = StringUtils.substringBefore(file.getName(), ".");
    String set = StringUtils.substringAfter(name, "captions_");
    List<Path> candidates = new ArrayList<>(List.of(beside, new Path(beside, "images")));
    if (!set.isEmpty()) {
      candidates.add(new Path(beside, set));
      if (beside.getParent() != null) {
        candidates.add(new Path(beside.getParent(), set));
        candidates.add(new Path(new Path(beside.getParent(), "images"), set));
      }
    }
    return lists.names.values().stream()
        .findFirst()
        .flatMap(
            first ->
                candidates.stream()
                    .filter(folder -> storage.exists(new Path(folder, first)))
                    .findFirst())
        .orElse(beside);
  }

  /**
   * The lists of a file.
   *
   * @param names names of the pictures, by their numbers
   * @param captions captions of the pictures, by their numbers
   */
  record Lists(TreeMap<Long, String> names, Map<Long, List<String>> captions) {

    /**
     * Reads the lists.
     *
     * @throws IOException if the content is not JSON, or not COCO's
     */
    static Lists read(JsonParser parser) throws IOException {
      Lists lists = new Lists(new TreeMap<>(), new HashMap<>());
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("it is no JSON object with images and annotations");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!PARTS.contains(name) || value != JsonToken.START_ARRAY) {
          parser.skipChildren();
          continue;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          if (parser.currentToken() == null) {
            throw new IOException("it ends within " + name);
          }
          lists.take(name.equals("images"), parser);
        }
      }
      return lists;
    }

    private void take(boolean image, JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return;
      }
      String text = null;
      Long number = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals(image ? "id" : "image_id") && value == JsonToken.VALUE_NUMBER_INT) {
          number = parser.getLongValue();
        } else if (field.equals(image ? "file_name" : "caption")
            && value == JsonToken.VALUE_STRING) {
          text = parser.getText();
        } else {
          parser.skipChildren();
        }
      }
      if (number != null && text != null) {
        if (image) {
          names.put(number, text);
        } else {
          captions.computeIfAbsent(number, picture -> new ArrayList<>()).add(text);
        }
      }
    }

    /**
     * Returns a row for each picture, or for each caption; captions without a picture are rows,
     * too.
     */
    List<RawRow> rows(String folder, InputSettings input) {
      List<RawRow> rows = new ArrayList<>();
      names.forEach(
          (picture, name) -> {
            RawValue image = new RawValue.ImageFile(folder, name);
            String key = String.valueOf(picture);
            List<String> taken =
                input.captions().of(captions.getOrDefault(picture, List.of()), input.seed(), key);
            if (taken.isEmpty()) {
              rows.add(
                  new RawRow.Broken(
                      key, rows.size(), RejectReason.MISSING_VALUE, name + " has no caption"));
            }
            for (int caption = 0; caption < taken.size(); caption++) {
              rows.add(
                  new RawRow.Pair(
                      input.captions().key(key, caption),
                      rows.size(),
                      image,
                      new RawValue.Caption(taken.get(caption)),
                      "",
                      ""));
            }
          });
      captions.keySet().stream()
          .filter(picture -> !names.containsKey(picture))
          .sorted()
          .forEach(
              picture ->
                  rows.add(
                      new RawRow.Broken(
                          String.valueOf(picture),
                          rows.size(),
                          RejectReason.MISSING_FILE,
                          "captions of picture %d, which is not listed".formatted(picture))));
      return rows;
    }
  }
}
