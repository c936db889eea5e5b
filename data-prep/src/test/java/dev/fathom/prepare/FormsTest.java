// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.fathom.data.Modality;
import dev.fathom.data.PairSchema;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form of input, good and broken: each row ends where it belongs and the counts add up. */
class FormsTest {
  private static final byte[] NO_UTF8 = {'a', (byte) 0xc3, (byte) 0x28};

  @TempDir Path temporary;
  private int outputs;

  @ParameterizedTest
  @ValueSource(strings = {"a.tar", "a.tar.gz", "a.tgz"})
  void aTarOfSamplesIsReadWhateverIsWrongWithSome(String name) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("readme", Corpus.text("no sample"));
    entries.put("0.jpg", Corpus.picture("0.jpg"));
    entries.put("0.txt", Corpus.text("the first"));
    entries.put("0.cls", Corpus.text("7\n"));
    entries.put("../../etc/1.png", Corpus.picture("1.png"));
    entries.put("../../etc/1.caption", Corpus.text("a path that leads out"));
    entries.put("2.png", Corpus.picture("2.png"));
    entries.put("2.json", Corpus.text("{\"caption\": \"from JSON\", \"width\": 3}"));
    entries.put("3.png", Corpus.picture("3.png"));
    entries.put("3.json", Corpus.text("{\"caption\": "));
    entries.put("4.png", Corpus.picture("4.png"));
    entries.put("5.txt", Corpus.text("no picture"));
    entries.put("6.png", Corpus.picture("6.png"));
    entries.put("6.txt", NO_UTF8);
    entries.put("7.png", Corpus.picture("7.png"));
    entries.put("7.txt", Corpus.text("long ".repeat(200_000)));
    entries.put("8.png", new byte[5000]);
    entries.put("8.txt", Corpus.text("a large file"));
    entries.put("0.jpg ", Corpus.picture("0.jpg"));
    entries.put("0.txt ", Corpus.text("the key again"));
    Corpus.reasons()
        .keySet()
        .forEach(
            broken -> {
              entries.put(broken, Corpus.picture(broken));
              entries.put(broken.replaceAll("\\..*", ".txt"), Corpus.text("broken"));
            });
    byte[] tar = Corpus.tar(entries);
    Corpus.write(temporary.resolve("in/" + name), name.endsWith("r") ? tar : Corpus.gzip(tar));

    Dataset dataset = prepare(temporary.resolve("in"), "input.maxFileSize=4000", "input.label=cls");

    assertThat(Dataset.keys(dataset.rows()))
        .containsExactlyInAnyOrder("a/0", "a/../../etc/1", "a/2");
    assertThat(column(dataset, PairSchema.Y_SOURCE))
        .containsOnly(
            entry("a/0", "the first"),
            entry("a/../../etc/1", "a path that leads out"),
            entry("a/2", "from JSON"));
    assertThat(column(dataset, PairSchema.LABEL)).contains(entry("a/0", "7"));
    Map<String, String> expected = new TreeMap<>();
    expected.put("a/0", "duplicate-key");
    expected.put("a/3", "unreadable-row");
    expected.put("a/4", "missing-value");
    expected.put("a/5", "missing-value");
    expected.put("a/6", "unreadable-text");
    expected.put("a/7", "too-many-bytes");
    expected.put("a/8", "too-many-bytes");
    Corpus.reasons().forEach((file, reason) -> expected.put("a/" + base(file), reason));
    assertThat(dataset.rejects()).isEqualTo(expected);
    assertCountsAddUp(dataset, 3, expected.size());
  }

  @Test
  void aTarThatEndsEarlyGivesWhatIsBeforeAndIsCounted() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      entries.put(i + ".png", Corpus.picture(i + ".png"));
      entries.put(i + ".txt", Corpus.text("caption " + i));
    }
    byte[] whole = Corpus.tar(entries);
    Corpus.write(temporary.resolve("in/whole.tar"), whole);
    // Within the header of the fourth picture, within the fifth picture, and what is no tar.
    Corpus.write(temporary.resolve("in/header.tar"), Arrays.copyOf(whole, 6 * 1024 + 300));
    Corpus.write(temporary.resolve("in/content.tar"), Arrays.copyOf(whole, 8 * 1024 + 530));
    Corpus.write(temporary.resolve("in/zipped.tar.gz"), cut(Corpus.gzip(whole), 0.6));
    Corpus.write(temporary.resolve("in/page.tar"), Corpus.text("<html>gone</html>".repeat(100)));
    Corpus.write(temporary.resolve("in/nothing.tar"), new byte[0]);

    Dataset dataset = prepare(temporary.resolve("in"));

    Map<String, Long> shards =
        Dataset.keys(dataset.rows()).stream()
            .collect(Collectors.groupingBy(key -> key.split("/", 2)[0], Collectors.counting()));
    assertThat(shards.get("whole")).isEqualTo(6);
    assertThat(shards.get("header")).isEqualTo(3);
    assertThat(shards.get("content")).isEqualTo(4);
    assertThat(dataset.rejects().values()).isSubsetOf("broken-archive", "missing-value");
    assertThat(dataset.rejects().keySet())
        .anyMatch(key -> key.startsWith("header,"))
        .anyMatch(key -> key.startsWith("content,"))
        .anyMatch(key -> key.startsWith("zipped,"))
        .anyMatch(key -> key.startsWith("page,"));
    assertThat(dataset.card().counts().read())
        .isEqualTo(dataset.rows().size() + dataset.rejects().size());
  }

  @Test
  void aFileIsWhatItIsSaidToBe() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("0.png", Corpus.picture("0.png"));
    entries.put("0.txt", Corpus.text("a tar of another name"));
    Path file = Corpus.write(temporary.resolve("in/archive.bin"), Corpus.tar(entries));

    assertThat(prepare(file, "input.format=webdataset").rows()).hasSize(1);
  }

  @Test
  void tarsWhoseNamesDifferBehindADotAreTwo() {
    for (String name : List.of("train.000.tar", "train.001.tar")) {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      entries.put("0.png", Corpus.picture(name + ".png"));
      entries.put("0.txt", Corpus.text("in " + name));
      Corpus.write(temporary.resolve("lake/day1/" + name), Corpus.tar(entries));
    }

    Dataset dataset = prepare(temporary.resolve("lake/*/train.*.tar"));

    assertThat(Dataset.keys(dataset.rows()))
        .containsExactlyInAnyOrder("day1/train.000/0", "day1/train.001/0");
  }

  @Test
  void aSampleBeforeABrokenHeaderIsWhole() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 3; i++) {
      entries.put(i + ".png", Corpus.picture(i + ".png"));
      entries.put(i + ".txt", Corpus.text("caption " + i));
    }
    byte[] tar = Corpus.tar(entries);
    // The size of the third picture is no number.
    Arrays.fill(tar, 4 * 1024 + 124, 4 * 1024 + 136, (byte) 'z');
    Path file = Corpus.write(temporary.resolve("in/a.tar"), tar);

    Dataset dataset = prepare(file);

    assertThat(Dataset.keys(dataset.rows())).containsExactlyInAnyOrder("a/0", "a/1");
    assertThat(dataset.rejects().values()).containsOnly("broken-archive");
  }

  @Test
  void aTarOfTooManyEntriesIsReadUpToThere() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      entries.put(i + ".png", Corpus.picture(i + ".png"));
      entries.put(i + ".txt", Corpus.text("caption " + i));
    }
    Path tar = Corpus.write(temporary.resolve("in/a.tar"), Corpus.tar(entries));

    Dataset dataset = prepare(tar, "input.maxEntries=4");

    assertThat(Dataset.keys(dataset.rows())).containsExactlyInAnyOrder("a/0", "a/1");
    assertThat(dataset.rejects()).containsOnly(entry("a, entry 5", "too-many-entries"));
  }

  @Test
  void cocoGivesOneCaptionOrAllAndTheFolderIsFound() {
    Path file =
        Corpus.write(
            temporary.resolve("in/annotations/captions_val.json"),
            Corpus.text(
                """
                {"info": {"year": 2020}, "licenses": [],
                 "images": [{"id": 9, "file_name": "a.png", "height": 9},
                            {"id": 4, "file_name": "b.png"}, {"id": 5, "file_name": "gone.png"},
                            {"id": 6, "file_name": "a.png"}],
                 "annotations": [{"id": 1, "image_id": 9, "caption": "one"},
                                 {"id": 2, "image_id": 9, "caption": "two"},
                                 {"id": 3, "image_id": 4, "caption": "three"},
                                 {"id": 4, "image_id": 5, "caption": "four"},
                                 {"id": 5, "image_id": 77, "caption": "of nothing"}]}
                """));
    Corpus.write(temporary.resolve("in/val/a.png"), Corpus.picture("a.png"));
    Corpus.write(temporary.resolve("in/val/b.png"), Corpus.picture("b.png"));

    Dataset first = prepare(file);
    Dataset all = prepare(file, "input.captions=all");
    Dataset random = prepare(file, "input.captions=random");

    assertThat(column(first, PairSchema.Y_SOURCE))
        .containsOnly(entry("9", "one"), entry("4", "three"));
    assertThat(first.rejects())
        .containsOnly(
            entry("5", "missing-file"), entry("6", "missing-value"), entry("77", "missing-file"));
    assertCountsAddUp(first, 2, 3);
    assertThat(column(all, PairSchema.Y_SOURCE))
        .containsOnly(entry("9#0", "one"), entry("9#1", "two"), entry("4#0", "three"));
    assertThat(all.card().duplicates().x()).isEqualTo(1);
    assertThat(column(random, PairSchema.Y_SOURCE)).containsKeys("9", "4").hasSize(2);
  }

  @Test
  void cocoThatIsBrokenIsADataError() {
    Path file =
        Corpus.write(
            temporary.resolve("in/captions.json"), Corpus.text("{\"images\": [{\"id\": 1, "));

    assertThatThrownBy(() -> prepare(file))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining("captions.json cannot be read");
  }

  @Test
  void aFolderOfPicturesHasACaptionBesideEach() {
    Path folder = temporary.resolve("in");
    for (String name : List.of("cats/one.png", "cats/two.jpg", "dogs/three.png")) {
      Corpus.write(folder.resolve(name), Corpus.picture(name));
      Corpus.write(
          folder.resolve(name.replaceAll("\\..*", ".txt")), Corpus.text("\uFEFFthis is " + name));
    }
    Corpus.write(folder.resolve("dogs/silent.png"), Corpus.picture("silent.png"));
    Corpus.write(folder.resolve("dogs/odd.png"), Corpus.picture("odd.png"));
    Corpus.write(folder.resolve("dogs/odd.txt"), NO_UTF8);
    Corpus.write(folder.resolve("dogs/lonely.txt"), Corpus.text("no picture"));
    Corpus.write(folder.resolve(".hidden/four.png"), Corpus.picture("four.png"));
    Corpus.reasons()
        .keySet()
        .forEach(
            broken -> {
              Corpus.write(folder.resolve("bad/" + broken), Corpus.picture(broken));
              Corpus.write(folder.resolve("bad/" + base(broken) + ".txt"), Corpus.text("broken"));
            });

    Dataset dataset = prepare(folder, "input.label=folder");

    assertThat(column(dataset, PairSchema.LABEL))
        .containsOnly(
            entry("cats/one", "cats"), entry("cats/two", "cats"), entry("dogs/three", "dogs"));
    assertThat(column(dataset, PairSchema.Y_SOURCE))
        .contains(entry("cats/one", "this is cats/one.png"));
    Map<String, String> expected = new TreeMap<>();
    expected.put("dogs/silent", "missing-file");
    expected.put("dogs/odd", "unreadable-text");
    Corpus.reasons().forEach((file, reason) -> expected.put("bad/" + base(file), reason));
    assertThat(dataset.rejects()).isEqualTo(expected);
    assertCountsAddUp(dataset, 3, expected.size());
  }

  @Test
  void parquetOfHuggingFaceIsRead() {
    StructType image =
        new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType);
    StructType schema =
        new StructType()
            .add("id", DataTypes.LongType)
            .add("image", image)
            .add("text", DataTypes.StringType)
            .add("label", DataTypes.IntegerType);
    Corpus.write(temporary.resolve("in/beside.png"), Corpus.picture("beside.png"));
    parquet(
        "in/data.parquet",
        schema,
        RowFactory.create(1L, RowFactory.create(Corpus.picture("a.png"), "a.png"), "first", 3),
        RowFactory.create(2L, RowFactory.create(null, "beside.png"), "second", null),
        RowFactory.create(3L, null, "no image", 1),
        RowFactory.create(4L, RowFactory.create(Corpus.picture("b.jpg"), null), null, 1),
        RowFactory.create(5L, RowFactory.create(Corpus.picture("cut.jpg"), null), "cut", 1),
        RowFactory.create(null, RowFactory.create(Corpus.picture("c.jpg"), null), "no key", 1));

    Dataset dataset = prepare(temporary.resolve("in"), "input.key=id", "input.label=label");

    assertThat(column(dataset, PairSchema.Y_SOURCE))
        .containsOnly(entry("1", "first"), entry("2", "second"));
    assertThat(column(dataset, PairSchema.X_SOURCE))
        .containsOnly(entry("1", "a.png"), entry("2", "beside.png"));
    assertThat(column(dataset, PairSchema.LABEL)).contains(entry("1", "3"));
    assertThat(dataset.rejects().values())
        .containsExactlyInAnyOrder(
            "missing-value", "missing-value", "unreadable-image", "missing-value");
    assertCountsAddUp(dataset, 2, 4);
  }

  @Test
  void parquetOfImg2datasetIsRead() {
    StructType schema =
        new StructType()
            .add("key", DataTypes.StringType)
            .add("jpg", DataTypes.BinaryType)
            .add("caption", DataTypes.StringType)
            .add("status", DataTypes.StringType)
            .add("error_message", DataTypes.StringType)
            .add("width", DataTypes.IntegerType);
    for (int part = 0; part < 2; part++) {
      parquet(
          "in/0000%d.parquet".formatted(part),
          schema,
          RowFactory.create(
              part + "0", Corpus.picture(part + "a.jpg"), "a " + part, "success", null, 16),
          RowFactory.create(part + "1", null, "b " + part, "failed_to_download", "HTTP 404", null));
    }

    Dataset byNumber = prepare(temporary.resolve("in"));
    Dataset byKey = prepare(temporary.resolve("in/*.parquet"), "input.key=key");

    assertThat(Dataset.keys(byNumber.rows()))
        .containsExactlyInAnyOrder("00000/0000000000", "00001/0000000000");
    assertThat(byNumber.rejects())
        .containsOnly(
            entry("00000/0000000001", "not-downloaded"),
            entry("00001/0000000001", "not-downloaded"));
    assertThat(column(byKey, PairSchema.Y_SOURCE))
        .containsOnly(entry("00", "a 0"), entry("10", "a 1"));
    assertCountsAddUp(byKey, 2, 2);
  }

  @Test
  void anyTwoModalitiesMayBePaired() {
    StructType schema =
        new StructType()
            .add("picture", DataTypes.BinaryType)
            .add("other", DataTypes.BinaryType)
            .add("words", DataTypes.createArrayType(DataTypes.StringType))
            .add("vector", DataTypes.createArrayType(DataTypes.DoubleType))
            .add("whole", DataTypes.createArrayType(DataTypes.IntegerType));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      rows.add(
          RowFactory.create(
              Corpus.picture(i + ".png"),
              Corpus.picture(i + ".jpg"),
              List.of("first " + i, "second"),
              i == 3 ? List.of(1.0) : List.of(1.0 * i, i == 2 ? Double.NaN : 2.5),
              List.of(i, i + 1, i + 2)));
    }
    parquet("in/all.parquet", schema, rows.toArray(Row[]::new));
    Path file = temporary.resolve("in/all.parquet");

    Dataset pictures = prepare(file, "input.x=picture", "input.y=other");
    Dataset imageVector = prepare(file, "input.x=picture", "input.y=whole");
    Dataset textVector = prepare(file, "input.x=words", "input.y=vector");
    Dataset texts = prepare(file, "input.x=vector", "input.y=words", "input.captions=all");

    assertThat(pictures.card().y().modality()).isEqualTo(Modality.IMAGE);
    assertThat(pictures.rows()).hasSize(4);
    assertThat(imageVector.card().y().shape()).containsExactly(3);
    assertThat(imageVector.rows()).hasSize(4);
    assertThat(textVector.card().x().modality()).isEqualTo(Modality.TEXT);
    assertThat(textVector.rows()).hasSize(2);
    assertThat(textVector.rejects())
        .containsOnly(entry("all/0000000002", "bad-number"), entry("all/0000000003", "ragged-row"));
    assertThat(Dataset.keys(texts.rows()))
        .containsExactlyInAnyOrder(
            "all/0000000000#0", "all/0000000000#1", "all/0000000001#0", "all/0000000001#1");
  }

  @Test
  void doublesAreCentredBeforeTheyBecomeFloats() {
    double[][] rows = new double[8][];
    for (int i = 0; i < rows.length; i++) {
      // A float around 1e8 is a multiple of 8.
      rows[i] = new double[] {1e8 + i / 4.0};
    }
    Corpus.write(temporary.resolve("in/left.npy"), Corpus.npy(rows));
    Corpus.write(temporary.resolve("in/right.npy"), Corpus.npy(rows));

    Dataset dataset = prepare(temporary.resolve("in"), "input.x=left", "input.y=right");

    assertThat(dataset.rows())
        .hasSize(rows.length)
        .extracting(row -> row.getList(row.fieldIndex(PairSchema.X)))
        .doesNotHaveDuplicates();
  }

  @Test
  void matricesMayBeNumpyOrParquet() {
    Corpus.write(
        temporary.resolve("in/left.npy"),
        Corpus.npy(new float[][] {{1, 2}, {3, 4}, {Float.NaN, 5}, {6, 7}}, 4));
    StructType schema = new StructType().add("v", DataTypes.createArrayType(DataTypes.FloatType));
    parquet(
        "in/right.parquet",
        schema,
        RowFactory.create(List.of(1f, 1f, 1f)),
        RowFactory.create(List.of(2f, 2f, 2f)),
        RowFactory.create(List.of(3f, 3f, 3f)),
        RowFactory.create(List.of(4f)));
    Corpus.write(
        temporary.resolve("in/labels.npy"), Corpus.npy(new float[][] {{7}, {8}, {9}, {10}}, 4));

    Dataset dataset =
        prepare(temporary.resolve("in"), "input.x=left", "input.y=right", "input.label=labels.npy");

    assertThat(dataset.card().x().shape()).containsExactly(2);
    assertThat(dataset.card().y().shape()).containsExactly(3);
    assertThat(column(dataset, PairSchema.LABEL))
        .containsOnly(entry("0000000000", "7"), entry("0000000001", "8"));
    assertThat(dataset.rejects())
        .containsOnly(entry("0000000002", "bad-number"), entry("0000000003", "ragged-row"));
  }

  @Test
  void aNumpyHeaderThatLiesIsADataError() {
    Corpus.write(temporary.resolve("in/left.npy"), Corpus.npy(new float[][] {{1, 2}}, 1_000_000));
    Corpus.write(temporary.resolve("in/right.npy"), Corpus.npy(new float[][] {{1, 2}}, 1));

    assertThatThrownBy(() -> prepare(temporary.resolve("in"), "input.x=left", "input.y=right"))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining("left.npy")
        .hasMessageContaining("1000000, 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "tsv", "jsonl"})
  void aManifestMayBePackedAndItsPicturesElsewhere(String form) {
    Corpus.write(temporary.resolve("far/a.png"), Corpus.picture("a.png"));
    Corpus.write(temporary.resolve("far/b.png"), Corpus.picture("b.png"));
    String absolute = temporary.resolve("far/b.png").toUri().toString();
    String text =
        switch (form) {
          case "csv" -> "file,caption\na.png,\"one, two\"\n%s,three\na.png\n".formatted(absolute);
          case "tsv" -> "file\tcaption\na.png\tone, two\n%s\tthree\na.png\n".formatted(absolute);
          default ->
              """
              {"file": "a.png", "caption": ["one, two", "other"]}
              {"file": "%s", "caption": ["three"]}
              {"file": "a.png"
              """
                  .formatted(absolute);
        };
    Path manifest =
        Corpus.write(temporary.resolve("in/pairs." + form + ".gz"), Corpus.gzip(Corpus.text(text)));

    Dataset dataset = prepare(manifest, "input.images=" + temporary.resolve("far"));

    assertThat(column(dataset, PairSchema.Y_SOURCE).values())
        .containsExactlyInAnyOrder("one, two", "three");
    assertCountsAddUp(dataset, 2, 1);
  }

  @Test
  void aCaptionOfAMegabyteAndOneThatIsNoUtf8AreRejected() throws IOException {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    out.write(Corpus.text("text,caption\nfine,good\nlong,"));
    out.write(Corpus.text("word ".repeat(200_000)));
    out.write(Corpus.text("\nodd,"));
    out.write(NO_UTF8);
    out.write('\n');
    Path manifest = Corpus.write(temporary.resolve("in/pairs.csv"), out.toByteArray());

    Dataset dataset = prepare(manifest, "input.x=text");

    assertThat(dataset.rejects())
        .containsOnly(
            entry("0000000001", "too-many-characters"), entry("0000000002", "unreadable-text"));
    assertCountsAddUp(dataset, 1, 2);
  }

  private static String base(String file) {
    return file.replaceAll("\\..*", "");
  }

  private void parquet(String name, StructType schema, Row... rows) {
    Path directory = temporary.resolve("made");
    LocalSpark.session()
        .createDataFrame(List.of(rows), schema)
        .coalesce(1)
        .write()
        .mode("overwrite")
        .parquet(directory.toString());
    try (java.util.stream.Stream<Path> files = java.nio.file.Files.list(directory)) {
      Path part =
          files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Corpus.write(temporary.resolve(name), java.nio.file.Files.readAllBytes(part));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] cut(byte[] content, double share) {
    return Arrays.copyOf(content, (int) (content.length * share));
  }

  private static void assertCountsAddUp(Dataset dataset, long kept, long rejected) {
    assertThat(dataset.rows()).hasSize((int) kept);
    assertThat(dataset.card().counts().kept()).isEqualTo(kept);
    assertThat(dataset.card().counts().rejected()).isEqualTo(rejected);
    assertThat(dataset.card().counts().read()).isEqualTo(kept + rejected);
    assertThat(dataset.card().rejects().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(rejected);
  }

  private static Map<String, String> column(Dataset dataset, String name) {
    Map<String, String> values = new TreeMap<>();
    dataset.rows().forEach(row -> values.put(row.getAs(PairSchema.KEY), row.getAs(name)));
    return values;
  }

  private Dataset prepare(Path input, String... assignments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "split.train=1",
                "split.validation=0",
                "split.test=0",
                "input.maxRejects=1",
                "image.size=8"));
    all.addAll(List.of(assignments));
    return Dataset.of(
        input.toString(), temporary.resolve("out" + outputs++), all.toArray(String[]::new));
  }
}
