// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the picture of the packages in CONTRIBUTING.md to the code. */
class PackagePictureTest {
  private static final String ROOT = "dev.fathom.";
  private static final Path FILE = Path.of("..", "CONTRIBUTING.md");
  private static final String BEGIN = "<!-- packages -->\n```\n";
  private static final String END = "```\n<!-- end of packages -->";

  @Test
  void contributingShowsThePackagesAsTheyAre() throws Exception {
    String text = Files.readString(FILE);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    String picture = picture();
    if (Boolean.getBoolean("draw")) {
      Files.writeString(FILE, text.substring(0, begin) + picture + text.substring(end));
    } else {
      assertThat(text.substring(begin, end))
          .as("-Dtest=PackagePictureTest -Ddraw=true draws it anew")
          .isEqualTo(picture);
    }
  }

  /** A line a package, after all that it uses; what comes by way of others is left out. */
  private static String picture() {
    Map<String, Set<String>> uses = uses();
    StringBuilder picture = new StringBuilder();
    List<String> drawn = new ArrayList<>();
    while (drawn.size() < uses.size()) {
      List<String> ready =
          uses.keySet().stream()
              .filter(name -> !drawn.contains(name) && drawn.containsAll(uses.get(name)))
              .toList();
      assertThat(ready).as("a circle among what is left of %s", uses.keySet()).isNotEmpty();
      for (String name : ready) {
        picture.append(name);
        Set<String> direct = direct(name, uses);
        if (!direct.isEmpty()) {
          picture.append(" → ").append(String.join(", ", direct));
        }
        picture.append('\n');
      }
      drawn.addAll(ready);
    }
    return picture.toString();
  }

  private static Map<String, Set<String>> uses() {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.fathom")) {
      Set<String> of = uses.computeIfAbsent(shortName(type), name -> new TreeSet<>());
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith(ROOT))
          .map(PackagePictureTest::shortName)
          .filter(name -> !name.equals(shortName(type)))
          .forEach(of::add);
    }
    return uses;
  }

  private static String shortName(JavaClass type) {
    return type.getPackageName().substring(ROOT.length());
  }

  private static Set<String> direct(String name, Map<String, Set<String>> uses) {
    Set<String> direct = new TreeSet<>(uses.get(name));
    uses.get(name).forEach(used -> direct.removeAll(reached(used, uses)));
    return direct;
  }

  private static Set<String> reached(String from, Map<String, Set<String>> uses) {
    Set<String> reached = new TreeSet<>(uses.get(from));
    uses.get(from).forEach(used -> reached.addAll(reached(used, uses)));
    return reached;
  }
}
