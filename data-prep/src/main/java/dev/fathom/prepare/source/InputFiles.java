// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** The files of an input: a single file, those below a directory, or those of a pattern. */
final class InputFiles {
  private static final Pattern ENDING =
      Pattern.compile("\\.(tar|tar\\.gz|tgz|parquet)$", Pattern.CASE_INSENSITIVE);
  private static final Pattern WILDCARD = Pattern.compile("[*?\\[{]");
  private static final Pattern TAR_NAME = Pattern.compile(".*\\.(tar|tar\\.gz|tgz)");

  private final Path root;
  private final List<FileStatus> files;
  private final long hidden;

  private InputFiles(Path root, List<FileStatus> files, long hidden) {
    this.root = root;
    this.files = files;
    this.hidden = hidden;
  }

  /** Makes an input of one file. */
  static InputFiles of(FileStatus file) {
    return new InputFiles(file.getPath(), List.of(file), 0);
  }

  /** Finds all files below a directory except hidden ones, in the order of their paths. */
  static InputFiles below(FileSystem fileSystem, Path directory) throws IOException {
    return sorted(directory, all(fileSystem, directory));
  }

  private static List<FileStatus> all(FileSystem fileSystem, Path directory) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(directory, true);
    while (all.hasNext()) {
      files.add(all.next());
    }
    return files;
  }

  /** Finds the files of a pattern, and those below directories that match it. */
  static InputFiles matching(FileSystem fileSystem, Path pattern) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    for (FileStatus found : fileSystem.globStatus(pattern)) {
      if (found.isDirectory()) {
        files.addAll(all(fileSystem, found.getPath()));
      } else {
        files.add(found);
      }
    }
    Path root = pattern;
    while (root.getParent() != null && WILDCARD.matcher(root.toString()).find()) {
      root = root.getParent();
    }
    return sorted(root, files);
  }

  private static InputFiles sorted(Path root, List<FileStatus> files) {
    String prefix = root.toUri().getPath();
    List<FileStatus> visible =
        files.stream()
            .filter(file -> !isHidden(StringUtils.removeStart(path(file), prefix)))
            .sorted(Comparator.comparing(InputFiles::path))
            .toList();
    long hidden =
        files.stream()
            .filter(file -> HiddenFiles.isOfDesktop(StringUtils.removeStart(path(file), prefix)))
            .count();
    return new InputFiles(root, visible, hidden);
  }

  private static String path(FileStatus file) {
    return file.getPath().toUri().getPath();
  }

  private static boolean isHidden(String relative) {
    return relative.contains("/_") || HiddenFiles.isHidden(relative);
  }

  /** The number of skipped files that a desktop left beside others. */
  long hidden() {
    return hidden;
  }

  /** The file or directory that the user named. */
  Path root() {
    return root;
  }

  /** Whether one of the files passes a test. */
  boolean any(Predicate<Path> test) {
    return files.stream().map(FileStatus::getPath).anyMatch(test);
  }

  /** The files that pass a test; a file that the user named directly always passes. */
  List<Path> where(Predicate<Path> test) {
    return files.stream()
        .map(FileStatus::getPath)
        .filter(file -> file.equals(root) || test.test(file))
        .toList();
  }

  /** A file's path below the root, without its extension: the prefix of the keys of its rows. */
  String nameOf(Path file) {
    String name =
        StringUtils.removeStart(
            StringUtils.removeStart(file.toUri().getPath(), root.toUri().getPath()), "/");
    String last = file.getName();
    String relative = name.isEmpty() ? last : name;
    Matcher ending = ENDING.matcher(last);
    return ending.find()
        ? relative.substring(0, relative.length() - last.length() + ending.start())
        : relative;
  }

  /** A text that changes when the names, lengths or modification times of files do. */
  String fingerprint(List<Path> of) {
    Set<Path> wanted = new HashSet<>(of);
    StringBuilder text = new StringBuilder();
    for (FileStatus file : files) {
      if (wanted.contains(file.getPath())) {
        text.append(path(file))
            .append(' ')
            .append(file.getLen())
            .append(' ')
            .append(file.getModificationTime())
            .append('\n');
      }
    }
    return Fingerprint.of(text.toString());
  }

  /** Kinds of files, by their names. */
  enum Kind implements Predicate<Path> {
    /** A tar file, plain or gzip. */
    TAR {
      @Override
      public boolean test(Path file) {
        return TAR_NAME.matcher(file.getName().toLowerCase(Locale.ROOT)).matches();
      }
    },
    /** A Parquet file. */
    PARQUET {
      @Override
      public boolean test(Path file) {
        return file.getName().endsWith(".parquet");
      }
    },
    /** A picture file. */
    PICTURE {
      @Override
      public boolean test(Path file) {
        return PictureNames.isPicture(file.getName());
      }
    }
  }
}
