// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import dev.fathom.error.Causes;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;

/**
 * The arrays of a NumPy {@code .npz}, a zip of {@code .npy} files. The path of an array is the path
 * of the archive and the name of the array: {@code a.npz/left}.
 */
public final class NpzFile {
  private static final String NPZ = ".npz";
  private static final String NPY = ".npy";

  /** Largest compression ratio of Deflate. */
  private static final int MOST_PACKED = 1032;

  private NpzFile() {}

  /** Whether a file is an archive, by its name. */
  public static boolean isNamed(Path file) {
    return file.getName().toLowerCase(Locale.ROOT).endsWith(NPZ);
  }

  /** The archive that a path leads into; empty if it leads into none. */
  public static Optional<Path> archive(Storage storage, Path array) {
    Path at = array.getParent();
    while (at != null && !isNamed(at)) {
      at = at.getParent();
    }
    return Optional.ofNullable(at).filter(storage::isFile);
  }

  /**
   * The names of the arrays, in the order of the archive.
   *
   * @throws FathomException of data if the file is no such archive
   */
  public static List<String> names(Storage storage, Path archive) {
    try (ZipFile zip = zip(storage, archive)) {
      return Collections.list(zip.getEntries()).stream()
          .map(ZipArchiveEntry::getName)
          .filter(name -> name.endsWith(NPY))
          .map(name -> StringUtils.removeEnd(name, NPY))
          .toList();
    } catch (IOException | RuntimeException e) {
      throw broken(archive, e);
    }
  }

  /** Opens an array. An uncompressed array is read in place. */
  static NpyMatrix open(Storage storage, Path archive, Path array) {
    String name = entryName(archive, array);
    try (ZipFile zip = zip(storage, archive)) {
      ZipArchiveEntry entry = zip.getEntry(name);
      if (entry == null) {
        throw FathomException.usage(
            "there is no array %s in %s; its arrays are %s",
            StringUtils.removeEnd(name, NPY), archive, String.join(", ", names(storage, archive)));
      }
      boolean stored = entry.getMethod() == ZipArchiveEntry.STORED;
      long most = storage.length(archive) * (stored ? 1 : MOST_PACKED);
      if (entry.getSize() > most) {
        throw NpyMatrix.broken(array, "it is said to be larger than it can be");
      }
      try (DataInputStream in = new DataInputStream(zip.getInputStream(entry))) {
        NpyMatrix matrix = NpyMatrix.parse(array, entry.getSize(), in);
        return stored
            ? matrix.within(archive, entry.getDataOffset())
            : matrix.packedIn(archive, name);
      } catch (EOFException e) {
        throw NpyMatrix.broken(array, "it ends within its header").causedBy(e);
      }
    } catch (FathomException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw broken(archive, e);
    }
  }

  /** Opens the uncompressed content of an entry. */
  static InputStream entry(Storage storage, Path archive, String name) throws IOException {
    ZipFile zip = zip(storage, archive);
    try {
      return new FilterInputStream(zip.getInputStream(zip.getEntry(name))) {
        @Override
        public void close() throws IOException {
          super.close();
          zip.close();
        }
      };
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  private static String entryName(Path archive, Path array) {
    String relative =
        StringUtils.removeStart(array.toUri().getPath(), archive.toUri().getPath() + "/");
    return StringUtils.removeEnd(relative, NPY) + NPY;
  }

  private static ZipFile zip(Storage storage, Path archive) throws IOException {
    StoredChannel stored = new StoredChannel(storage.open(archive), storage.length(archive));
    try {
      return new ZipFile(stored);
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  private static FathomException broken(Path archive, Exception e) {
    return NpyMatrix.broken(
            archive, "it is no whole .npz, a zip of NumPy arrays (" + Causes.told(e) + ")")
        .causedBy(e);
  }
}
