// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.fathom.error.FathomException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.io.IOUtils;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;

/**
 * Access to files on any Hadoop file system, local disk included. A file is written under another
 * name and renamed, so a reader never sees half of one.
 */
public final class Storage {
  private static final ObjectMapper JSON =
      Json.mapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Configuration hadoop;

  /** Creates access to files with this Hadoop configuration. */
  public Storage(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /** Whether a file or directory exists. */
  public boolean exists(Path path) {
    try {
      return fileSystem(path).exists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a path is an existing file, not a directory. */
  public boolean isFile(Path path) {
    try {
      return fileSystem(path).getFileStatus(path).isFile();
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The absolute path with its scheme, which is the same on every machine. */
  public Path qualified(Path path) {
    try {
      return fileSystem(path).makeQualified(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a file or a whole directory, if it exists. */
  public void delete(Path path) {
    retried(path, fileSystem -> fileSystem.delete(path, true));
  }

  /**
   * A text that changes when a file or the files of a directory change: names, lengths and
   * modification times; empty if nothing is there.
   */
  public String state(Path path) {
    StringBuilder text = new StringBuilder();
    try {
      if (fileSystem(path).exists(path)) {
        for (FileStatus file : fileSystem(path).listStatus(path)) {
          if (file.isFile()) {
            text.append(file.getPath().getName())
                .append(' ')
                .append(file.getLen())
                .append(' ')
                .append(file.getModificationTime())
                .append(' ');
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString().strip();
  }

  /** Moves a file, and creates the target's directory if needed. */
  public void move(Path file, Path to) {
    retried(
        to,
        fileSystem -> {
          fileSystem.mkdirs(to.getParent());
          if (!fileSystem.rename(file, to)) {
            throw new IOException("cannot move " + file + " there");
          }
          return to;
        });
  }

  /**
   * The files and directories in a directory, ordered by name; empty if there is no such directory.
   */
  public FileStatus[] list(Path directory) {
    try {
      FileStatus[] found = fileSystem(directory).listStatus(directory);
      Arrays.sort(found, Comparator.comparing(status -> status.getPath().getName()));
      return found;
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a whole file. */
  public byte[] read(Path path) {
    try (InputStream in = open(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads the start of a file; it may try again if the disk fails for a moment.
   *
   * @param most largest number of bytes to read
   * @param patient whether to try again
   */
  public byte[] read(Path path, int most, boolean patient) {
    try {
      FileSystem fileSystem = fileSystem(path);
      return patient
          ? Retry.read(fileSystem, path, from -> start(from, path, most))
          : start(fileSystem, path, most);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] start(FileSystem fileSystem, Path path, int most) throws IOException {
    try (InputStream in = fileSystem.open(path)) {
      return in.readNBytes(most);
    }
  }

  /** Opens a file to read it piece by piece. */
  public FSDataInputStream open(Path path) {
    try {
      return fileSystem(path).open(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a file, and decompresses it if its extension says that it is compressed. */
  public InputStream openUnpacked(Path path) {
    InputStream stored = open(path);
    CompressionCodec codec = new CompressionCodecFactory(hadoop).getCodec(path);
    try {
      return codec == null ? stored : codec.createInputStream(stored);
    } catch (IOException e) {
      IOUtils.closeStream(stored);
      throw new UncheckedIOException(e);
    }
  }

  /** The length of a file in bytes. */
  public long length(Path path) {
    try {
      return fileSystem(path).getFileStatus(path).getLen();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Creates a file that more is written to. Its first content can be read when this returns, if the
   * file system supports {@code hsync}.
   */
  public FSDataOutputStream begin(Path path, Content first) {
    return retried(
        path,
        fileSystem -> {
          fileSystem.delete(path, false);
          // With checksums, readers would see the file in blocks of many lines.
          FSDataOutputStream out = raw(fileSystem).create(path, true);
          try {
            first.writeTo(out);
            if (showsWhatIsFlushed(out)) {
              out.hflush();
            }
            return out;
          } catch (IOException e) {
            IOUtils.closeStream(out);
            throw e;
          }
        });
  }

  /** Whether flushed data can be read before the file is closed. */
  public static boolean showsWhatIsFlushed(FSDataOutputStream out) {
    return out.hasCapability(StreamCapabilities.HSYNC);
  }

  private static FileSystem raw(FileSystem fileSystem) {
    return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
  }

  /** The content of a file. */
  public interface Content {
    /** Writes the content. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes a whole file: all of it or nothing. */
  public void write(Path path, byte[] content) {
    write(path, out -> out.write(content));
  }

  /** Writes a whole file piece by piece: all of it or nothing. */
  public void write(Path path, Content content) {
    Path unfinished = new Path(path.getParent(), "." + path.getName() + ".unfinished");
    retried(
        path,
        fileSystem -> {
          try (OutputStream out = fileSystem.create(unfinished, true)) {
            content.writeTo(out);
          }
          fileSystem.delete(path, false);
          if (!fileSystem.rename(unfinished, path)) {
            throw new IOException("cannot rename " + unfinished);
          }
          return path;
        });
  }

  /**
   * Runs a write to a path. It is tried again if a distributed file system refuses it for a while.
   *
   * @throws UncheckedIOException naming the path, after the last attempt
   */
  public <T> T retried(Path path, Retry.Write<T> write) {
    try {
      return Retry.write(fileSystem(path), path, write);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a value as indented JSON. */
  public void writeJson(Path path, Object value) {
    try {
      write(path, (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads JSON. Fields that the type does not have are ignored. */
  public <T> T readJson(Path path, Class<T> type) {
    try {
      return JSON.readValue(read(path), type);
    } catch (IOException e) {
      throw FathomException.data("%s is not what Fathom writes there: %s", path, firstLine(e))
          .causedBy(e);
    }
  }

  private static String firstLine(Throwable error) {
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
  }

  /** The file system of a path. */
  public FileSystem fileSystem(Path path) throws IOException {
    return path.getFileSystem(hadoop);
  }
}
