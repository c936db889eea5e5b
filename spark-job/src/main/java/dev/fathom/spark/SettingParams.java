// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.error.FathomException;
import dev.fathom.settings.Reference;
import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/** The keys of the configuration that a stage of a pipeline takes as parameters. */
final class SettingParams implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Params owner;
  private final LinkedHashMap<String, SettingParam> byKey = new LinkedHashMap<>();
  private final AssignmentsParam further;

  /**
   * Creates the parameters of the given keys.
   *
   * @param owner owner of the parameters, which must know its uid
   */
  SettingParams(Params owner, Predicate<String> keys) {
    this.owner = owner;
    further =
        new AssignmentsParam(
            owner, "settings", "further keys of the configuration, each as KEY=VALUE");
    owner.setDefault(further, new String[0]);
    for (String key : Settings.keys()) {
      if (keys.test(key)) {
        SettingParam param = new SettingParam(owner, key);
        byKey.put(key, param);
        Reference.standard(key).ifPresent(value -> owner.setDefault(param, value));
      }
    }
  }

  AssignmentsParam further() {
    return further;
  }

  /** All parameters. */
  List<Param<?>> all() {
    List<Param<?>> all = new ArrayList<>(byKey.values());
    all.add(further);
    return all;
  }

  /**
   * Returns the parameter of a key.
   *
   * @throws IllegalArgumentException if the key is not a parameter
   */
  SettingParam of(String key) {
    SettingParam param = byKey.get(key);
    if (param == null) {
      throw new IllegalArgumentException(
          "%s is no key that %s takes as a parameter; see explainParams()"
              .formatted(key, owner.uid()));
    }
    return param;
  }

  /**
   * Reads the settings: the defaults, then {@link #further}, then the parameters that are set.
   *
   * @param before assignments that all of these override
   * @param last assignments that override all of these
   * @throws IllegalArgumentException if the configuration does not take a value
   */
  <T> T read(List<String> before, List<String> last, Function<Settings, T> reader) {
    List<String> assignments = new ArrayList<>(before);
    assignments.addAll(List.of(owner.getOrDefault(further)));
    byKey.values().stream()
        .filter(owner::isSet)
        .forEach(param -> assignments.add(param.assignment(owner.getOrDefault(param))));
    assignments.addAll(last);
    return read(assignments, reader);
  }

  /**
   * What is read from the settings of one section: the defaults, then {@link #further}. Keys of
   * other sections are checked, but not applied.
   *
   * @param last assignments that win over all of them
   * @throws IllegalArgumentException if the configuration does not take a value
   */
  <T> T readSection(String section, List<String> last, Function<Settings, T> reader) {
    List<String> told = List.of(owner.getOrDefault(further));
    read(told, Function.identity());
    List<String> assignments =
        new ArrayList<>(
            told.stream().filter(one -> one.strip().startsWith(section + ".")).toList());
    assignments.addAll(last);
    return read(assignments, reader);
  }

  private static <T> T read(List<String> assignments, Function<Settings, T> reader) {
    try {
      return reader.apply(Settings.defaults().with(assignments));
    } catch (FathomException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
