// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
  private final Storage storage = new Storage(new Configuration());

  @TempDir private Path temporary;

  private Path file(String name) {
    return temporary.resolve(name);
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aFileIsWrittenWithItsDirectoryAndNothingBeside() {
    storage.write(hadoop(file("a/b")), bytes("text"));

    assertThat(file("a/b")).hasContent("text");
    assertThat(names(file("a"))).containsExactly(".b.crc", "b");
  }

  @Test
  void whereWritingFailsWhatWasThereStays() throws IOException {
    Files.writeString(file("a"), "before");

    assertThatThrownBy(
            () ->
                storage.write(
                    hadoop(file("a")),
                    out -> {
                      out.write(bytes("half"));
                      throw new IOException("full");
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot write")
        .hasMessageContaining("full");

    assertThat(file("a")).hasContent("before");
  }

  @Test
  void whatIsBegunIsThereToReadFromTheFirst() throws IOException {
    try (FSDataOutputStream out =
        storage.begin(hadoop(file("log")), to -> to.write(bytes("a\n")))) {
      assertThat(file("log")).hasContent("a\n");
      out.write(bytes("b\n"));
    }
    assertThat(file("log")).hasContent("a\nb\n");
  }

  @Test
  void aDirectoryIsListedByName() {
    for (String name : List.of("c", "a", "b")) {
      storage.write(hadoop(file(name)), bytes(name));
    }

    assertThat(names(temporary))
        .filteredOn(name -> !name.startsWith("."))
        .containsExactly("a", "b", "c");
    assertThat(storage.list(hadoop(file("none")))).isEmpty();
  }

  private List<String> names(Path directory) {
    return Arrays.stream(directory.toFile().list()).sorted().toList();
  }

  @Test
  void theStateOfADirectoryChangesWithItsFiles() {
    assertThat(storage.state(hadoop(file("none")))).isEmpty();
    storage.write(hadoop(file("a")), bytes("one"));
    String before = storage.state(hadoop(temporary));

    assertThat(storage.state(hadoop(temporary))).isEqualTo(before);
    storage.write(hadoop(file("a")), bytes("longer"));
    assertThat(storage.state(hadoop(temporary))).isNotEqualTo(before);
  }

  @Test
  void aFileIsMovedToADirectoryThatIsMade() throws IOException {
    Files.writeString(file("a"), "text");

    storage.move(hadoop(file("a")), hadoop(file("new/b")));

    assertThat(file("a")).doesNotExist();
    assertThat(file("new/b")).hasContent("text");
  }

  record Card(String name, int number) {}

  @Test
  void jsonIsReadBackAndWhatIsNotKnownPassedOver() throws IOException {
    storage.writeJson(hadoop(file("card")), new Card("a", 1));

    assertThat(file("card")).hasContent("{\n  \"name\" : \"a\",\n  \"number\" : 1\n}\n");
    assertThat(storage.readJson(hadoop(file("card")), Card.class)).isEqualTo(new Card("a", 1));

    Path later = file("later");
    Files.writeString(later, "{\"name\": \"a\", \"number\": 1, \"more\": true}");
    assertThat(storage.readJson(hadoop(later), Card.class)).isEqualTo(new Card("a", 1));
  }

  @Test
  void whatIsNoJsonIsADataErrorOfOneLine() throws IOException {
    Files.writeString(file("card"), "{\n  \"name\": ");

    assertThatThrownBy(() -> storage.readJson(hadoop(file("card")), Card.class))
        .isInstanceOfSatisfying(
            FathomException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA))
        .hasMessageContaining("is not what Fathom writes there")
        .message()
        .hasLineCount(1);
  }
}
