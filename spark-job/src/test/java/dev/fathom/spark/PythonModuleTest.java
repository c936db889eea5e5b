// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.lang3.StringUtils;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.junit.jupiter.api.Test;

/** What can be said of the Python module without PySpark. */
class PythonModuleTest {
  /** Where the build puts it, for the jar. */
  private static final Path CLASSES = Path.of("target/classes");

  private static final List<String> FILES =
      List.of("dev/__init__.py", "dev/fathom/__init__.py", "dev/fathom/spark.py");

  private static final Pattern CLASS = Pattern.compile("(?m)^class (\\w+)(?:\\(([^)]*)\\))?:");
  private static final Pattern METHOD = Pattern.compile("(?m)^    def (\\w+)");

  /** What PySpark's own classes have, or Python does not need. */
  private static final Set<String> INHERITED =
      Set.of(
          "copy",
          "evaluate",
          "fit",
          "isLargerBetter",
          "load",
          "params",
          "read",
          "transform",
          "transformSchema",
          "uid",
          "write");

  private final Map<String, Set<String>> methods = new HashMap<>();
  private final String module;

  PythonModuleTest() throws Exception {
    module = Files.readString(CLASSES.resolve(FILES.get(2)));
    List<MatchResult> classes = CLASS.matcher(module).results().toList();
    for (int i = 0; i < classes.size(); i++) {
      int end = i + 1 < classes.size() ? classes.get(i + 1).start() : module.length();
      String body = module.substring(classes.get(i).end(), end);
      Set<String> names =
          METHOD.matcher(body).results().map(found -> found.group(1)).collect(Collectors.toSet());
      String bases = StringUtils.defaultString(classes.get(i).group(2));
      Stream.of(bases.split(", "))
          .forEach(base -> names.addAll(methods.getOrDefault(base, Set.of())));
      methods.put(classes.get(i).group(1), names);
    }
  }

  @Test
  void eachPublicMethodOfJavaHasItsCounterpart() {
    Map<Class<?>, List<Param<?>>> stages =
        Map.of(
            ContrastiveEstimator.class, List.of(new ContrastiveEstimator().params()),
            ContrastiveEvaluator.class, List.of(new ContrastiveEvaluator().params()),
            ContrastiveModel.class, List.of(new ContrastiveModel("model", null).params()),
            ContrastiveSummary.class, List.of(),
            IntrinsicDimension.class, List.of());
    stages.forEach(
        (type, params) -> {
          Set<String> missing = names(type);
          missing.removeAll(INHERITED);
          for (Param<?> param : params) {
            missing.remove(param.name());
            missing.remove("set" + StringUtils.capitalize(param.name()));
          }
          if (type.isRecord()) {
            Arrays.stream(type.getRecordComponents())
                .forEach(component -> missing.remove(component.getName()));
            missing.removeAll(Set.of("equals", "hashCode", "toString"));
          }
          missing.removeAll(methods.get(type.getSimpleName()));
          assertThat(missing).as(type.getSimpleName()).isEmpty();
        });
  }

  private static Set<String> names(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .map(Method::getName)
        .filter(name -> !name.contains("$") && !name.startsWith("org$"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void eachParameterIsOfAKindThatIsKnownAndOfANameThatIsFree() {
    for (Params stage :
        List.of(
            new ContrastiveEstimator(),
            new ContrastiveEvaluator(),
            new ContrastiveModel("model", null))) {
      Set<String> taken = methods.get(stage.getClass().getSimpleName());
      for (Param<?> param : stage.params()) {
        assertThat(module).contains("\"" + param.getClass().getSimpleName() + "\": ");
        assertThat(taken).doesNotContain(param.name());
      }
    }
  }

  @Test
  void thePackagesLieAtTheRootAndPythonReadsThem() throws Exception {
    assumeTrue(PySpark.python("pass", ""), "no python3 to read the module with");

    for (String file : FILES) {
      assertThat(
              PySpark.python(
                  "import ast, sys; ast.parse(open(sys.argv[1]).read())",
                  "",
                  CLASSES.resolve(file).toString()))
          .as(file)
          .isTrue();
    }
  }
}
