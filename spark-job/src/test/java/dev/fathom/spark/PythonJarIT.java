// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Both jars that are built serve Python, too. */
class PythonJarIT {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Pattern NAME =
      Pattern.compile("fathom(-spark-job-[0-9.]+(-SNAPSHOT)?)?\\.jar");

  @Test
  void pythonFindsTheModuleAtTheRootOfAJar() throws Exception {
    assumeTrue(PySpark.python("pass", ""), "no python3 to look for the module with");
    try (Stream<Path> built = Files.list(TARGET)) {
      List<Path> jars =
          built.filter(path -> NAME.matcher(path.getFileName().toString()).matches()).toList();

      assertThat(jars).hasSize(2);
      for (Path jar : jars) {
        // Nothing is run of the module itself, which needs PySpark.
        assertThat(
                PySpark.python(
                    "import importlib.util, sys;"
                        + " found = importlib.util.find_spec('dev.fathom.spark').origin;"
                        + " assert found == sys.argv[1] + '/dev/fathom/spark.py'",
                    jar.toString(),
                    jar.toString()))
            .as(jar.toString())
            .isTrue();
      }
    }
  }
}
