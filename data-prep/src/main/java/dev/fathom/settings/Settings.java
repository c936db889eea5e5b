// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import java.io.File;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.lang3.StringUtils;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.slf4j.LoggerFactory;

/**
 * The configuration of one job, parsed and checked once. The layers, of which later ones override
 * earlier ones, are the reference, the settings of a built-in source, the files of {@code --config}
 * and the pairs of {@code --set}. A key that the reference does not have is an error that names the
 * nearest one.
 */
public final class Settings {
  private static final String REFERENCE = "reference.conf";
  private static final String PRESET_DIRECTORY = "presets/";

  /** The presets, which {@code --config} takes by name. */
  private static final List<String> PRESETS =
      List.of("paper-linear", "paper-nonlinear", "paper-features");

  /** The settings files of built-in sources. */
  private static final Map<String, String> SOURCES =
      Map.of(
          "scenes", "sources/scenes.conf",
          "gaussian-linear", "sources/gaussian.conf",
          "gaussian-nonlinear", "sources/gaussian.conf");

  /** The section of the keys that a sweep varies, each with its values. */
  private static final String GRID = "sweep.grid";

  /** Former names of keys, which are still accepted. */
  private static final Map<String, String> FORMER_NAMES =
      Map.of(
          "input.maximumRejects", "input.maxRejects",
          "input.largestFile", "input.maxFileSize",
          "input.mostEntries", "input.maxEntries",
          "image.mostPixels", "image.maxPixels",
          "text.mostCharacters", "text.maxCharacters");

  private final Config config;

  private Settings(Config config) {
    this.config = config;
  }

  /** Returns the defaults. */
  public static Settings defaults() {
    return of("", List.of(), List.of());
  }

  /**
   * Reads the settings of a job.
   *
   * @param source source of the pairs; a built-in source brings settings of its own
   * @param files HOCON files or names of presets; later ones override earlier ones
   * @param assignments {@code KEY=VALUE}; later ones override earlier ones
   */
  public static Settings of(String source, List<String> files, List<String> assignments) {
    Config reference = reference();
    Config merged =
        SOURCES.containsKey(source) ? resource(SOURCES.get(source)) : ConfigFactory.empty();
    for (String file : files) {
      merged = checked(file(file), reference, file).withFallback(merged);
    }
    for (String assignment : assignments) {
      merged = checked(assignment(assignment), reference, "--set").withFallback(merged);
    }
    return new Settings(merged.withFallback(reference));
  }

  /** The text of a key; empty if the value is null. */
  public Optional<String> text(String key) {
    return config.getIsNull(key) ? Optional.empty() : Optional.of(value(key, config::getString));
  }

  /** The word of a key, out of a closed set. */
  public String choice(String key, List<String> allowed) {
    String chosen = value(key, config::getString);
    if (!allowed.contains(chosen)) {
      throw FathomException.usage(
          "%s = %s is not one of %s", key, chosen, String.join(", ", allowed));
    }
    return chosen;
  }

  /** The enum constant of a key, in the form of {@link #written}. */
  public <E extends Enum<E>> E choice(String key, Class<E> type) {
    List<String> names = Arrays.stream(type.getEnumConstants()).map(Settings::written).toList();
    return type.getEnumConstants()[names.indexOf(choice(key, names))];
  }

  /** The form of a constant in the configuration: lower case, words joined by {@code -}. */
  public static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The whole number of a key, within inclusive bounds. */
  public int integer(String key, int lowest, int highest) {
    return Math.toIntExact(inRange(key, wholeNumber(key), (long) lowest, (long) highest));
  }

  /** The whole number of a key, of up to 64 bits. */
  public long wholeNumber(String key) {
    long number = value(key, config::getLong);
    // The library would silently drop a fraction.
    if (number != value(key, config::getDouble)) {
      throw FathomException.usage("%s = %s is not a whole number", key, config.getString(key));
    }
    return number;
  }

  /** The real number of a key, within inclusive bounds. */
  public double number(String key, double lowest, double highest) {
    return inRange(key, value(key, config::getDouble), lowest, highest);
  }

  /** The number of bytes of a key, written as {@code 64m} or {@code 1GiB}. */
  public long bytes(String key) {
    return value(key, config::getBytes);
  }

  /** The number of bytes of a key, within inclusive bounds. */
  public long bytes(String key, long lowest, long highest) {
    return inRange(key, bytes(key), lowest, highest);
  }

  /** The boolean of a key. */
  public boolean flag(String key) {
    return value(key, config::getBoolean);
  }

  /** The list of whole numbers of a key, each at least 1. */
  public List<Integer> sizes(String key) {
    List<Integer> sizes = value(key, config::getIntList);
    for (int size : sizes) {
      inRange(key, size, 1, Integer.MAX_VALUE);
    }
    return List.copyOf(sizes);
  }

  /** Whether a key has a value other than null. */
  public boolean has(String key) {
    return !config.getIsNull(key);
  }

  /** The list of real numbers of a key. */
  public List<Double> numbers(String key) {
    return List.copyOf(value(key, config::getDoubleList));
  }

  /** The list of texts of a key. */
  public List<String> texts(String key) {
    return List.copyOf(value(key, config::getStringList));
  }

  /** Returns a copy with these {@code KEY=VALUE} assignments, which override the present values. */
  public Settings with(List<String> assignments) {
    Config reference = reference();
    Config merged = config;
    for (String assignment : assignments) {
      merged = checked(assignment(assignment), reference, assignment).withFallback(merged);
    }
    return new Settings(merged);
  }

  /** The lists of values in {@code sweep.grid} by their keys, in the order of the keys. */
  public Map<String, List<String>> grid() {
    Map<String, List<String>> grid = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> entry : value(GRID, config::getConfig).entrySet()) {
      if (!(entry.getValue() instanceof ConfigList values) || values.isEmpty()) {
        throw FathomException.usage(
            "%s.%s = %s is not a list of values", GRID, entry.getKey(), render(entry.getValue()));
      }
      grid.put(entry.getKey(), values.stream().map(Settings::text).toList());
    }
    return grid;
  }

  /** A value in the form for {@code --set}, the same whether or not it was given as text. */
  private static String text(ConfigValue value) {
    return value.unwrapped() instanceof String text ? text : render(value);
  }

  private static String render(ConfigValue value) {
    return value.render(ConfigRenderOptions.concise());
  }

  /** The differences between two results of {@link #effective}, one line per key, for display. */
  public static List<String> differences(Map<String, String> before, Map<String, String> now) {
    return Stream.concat(before.keySet().stream(), now.keySet().stream())
        .distinct()
        .sorted()
        .filter(key -> !Objects.equals(before.get(key), now.get(key)))
        .map(key -> key + " was " + before.get(key) + ", is " + now.get(key))
        .toList();
  }

  /** Every key with its value, in the order of the keys, for provenance; credentials are masked. */
  public Map<String, String> effective() {
    Map<String, String> all = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
      all.put(entry.getKey(), text(entry.getValue()));
    }
    return Secrets.masked(all);
  }

  /** Every key of the reference, including those with null values, in their order. */
  public static List<String> keys() {
    return keys(reference());
  }

  /** Where a value comes from: {@code default}, a file with its line, or {@code --set}. */
  public String origin(String key) {
    if (config.getIsNull(key)) {
      return "default";
    }
    String origin = config.getValue(key).origin().description();
    boolean inFile = !origin.startsWith("default") && !origin.startsWith("--set");
    return inFile ? origin : StringUtils.substringBefore(origin, ":");
  }

  /** A value in the form of a settings file, with credentials masked. */
  public String rendered(String key) {
    return config.getIsNull(key) ? "null" : Secrets.masked(render(config.getValue(key)));
  }

  private <T> T value(String key, Function<String, T> getter) {
    try {
      return getter.apply(key);
    } catch (ConfigException e) {
      throw FathomException.usage(
              "%s = %s is not what this key takes (%s)",
              key,
              config.getIsNull(key) ? "null" : render(config.getValue(key)),
              e.getMessage().substring(Math.max(0, e.getMessage().indexOf(key))))
          .causedBy(e);
    }
  }

  private static <T extends Comparable<T>> T inRange(String key, T value, T lowest, T highest) {
    if (value.compareTo(lowest) < 0 || value.compareTo(highest) > 0) {
      throw FathomException.usage("%s = %s is outside %s to %s", key, value, lowest, highest);
    }
    return value;
  }

  private static final class Parsed {
    static final Config REFERENCE = resource(Settings.REFERENCE);
  }

  /** The reference, parsed once. */
  static Config reference() {
    return Parsed.REFERENCE;
  }

  private static Config resource(String name) {
    return ConfigFactory.parseResources(
            Settings.class,
            name,
            ConfigParseOptions.defaults()
                .setAllowMissing(false)
                .setOriginDescription(name.equals(REFERENCE) ? "default" : name))
        .resolve();
  }

  private static Config file(String name) {
    String preset = PRESET_DIRECTORY + name + ".conf";
    if (!new File(name).isFile() && Settings.class.getResource(preset) == null) {
      throw FathomException.usage(
          "--config %s is neither a file nor one of the presets %s",
          name, String.join(", ", PRESETS));
    }
    try {
      return new File(name).isFile()
          ? ConfigFactory.parseFile(
                  new File(name), ConfigParseOptions.defaults().setOriginDescription(name))
              .resolve()
          : resource(preset);
    } catch (ConfigException e) {
      throw FathomException.usage("--config %s cannot be parsed: %s", name, e.getMessage())
          .causedBy(e);
    }
  }

  private static Config assignment(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw FathomException.usage("--set %s is not KEY=VALUE", assignment);
    }
    String key = assignment.substring(0, equals).strip();
    String value = assignment.substring(equals + 1).strip();
    try {
      return ConfigFactory.parseString(
          key + " = " + (isPlain(value) ? ConfigUtil.quoteString(value) : value),
          ConfigParseOptions.defaults().setOriginDescription("--set"));
    } catch (ConfigException e) {
      throw FathomException.usage("--set %s cannot be parsed: %s", assignment, e.getMessage())
          .causedBy(e);
    }
  }

  /** Whether a value from the command line is plain text, such as a path, URI or column name. */
  private static boolean isPlain(String value) {
    return !value.startsWith("[") && !value.startsWith("\"") && !value.equals("null");
  }

  private static Config checked(Config given, Config reference, String where) {
    Config config = renamed(given, where);
    for (Map.Entry<String, ConfigValue> entry : config.root().toConfig().entrySet()) {
      requireKnown(StringUtils.removeStart(entry.getKey(), GRID + "."), reference, where);
    }
    return config;
  }

  private static Config renamed(Config config, String where) {
    Config renamed = config;
    for (Map.Entry<String, String> name : FORMER_NAMES.entrySet()) {
      renamed = renamed(renamed, where, name.getKey(), name.getValue());
      renamed = renamed(renamed, where, GRID + "." + name.getKey(), GRID + "." + name.getValue());
    }
    return renamed;
  }

  private static Config renamed(Config config, String where, String former, String name) {
    if (!config.hasPath(former)) {
      return config;
    }
    LoggerFactory.getLogger(Settings.class)
        .warn(
            "{}: {} is called {} now; the former name will not be taken for ever",
            where,
            former,
            name);
    return config.withoutPath(former).withFallback(config.getValue(former).atPath(name));
  }

  private static void requireKnown(String key, Config reference, String where) {
    if (reference.hasPathOrNull(key)) {
      return;
    }
    String wanted = key.toLowerCase(Locale.ROOT);
    String nearest =
        keys(reference).stream()
            .min(
                Comparator.comparingInt(
                    (String known) ->
                        LevenshteinDistance.getDefaultInstance()
                            .apply(wanted, known.toLowerCase(Locale.ROOT))))
            .orElseThrow();
    throw FathomException.usage("%s: there is no key %s; did you mean %s?", where, key, nearest);
  }

  private static List<String> keys(Config reference) {
    return reference.root().keySet().stream()
        .flatMap(root -> keys(root, reference))
        .sorted()
        .toList();
  }

  private static Stream<String> keys(String path, Config reference) {
    if (reference.getIsNull(path)
        || reference.getValue(path).valueType() != ConfigValueType.OBJECT) {
      return Stream.of(path);
    }
    return reference.getObject(path).keySet().stream()
        .flatMap(child -> keys(path + "." + child, reference));
  }
}
