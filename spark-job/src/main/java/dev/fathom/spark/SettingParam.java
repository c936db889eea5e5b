// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fathom.settings.Reference;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.Identifiable;

/**
 * A key of the configuration as a parameter. Its value is a number, a text, a boolean, or a list or
 * array of these; the configuration says which of them the key takes.
 */
public final class SettingParam extends Param<Object> {
  private static final long serialVersionUID = 1L;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern DOT = Pattern.compile("\\.(.)");

  private final String key;

  SettingParam(Identifiable parent, String key) {
    super(parent, name(key), key + ": " + Reference.comment(key));
    this.key = key;
  }

  /** The key of the configuration. */
  public String key() {
    return key;
  }

  /**
   * The parameter's name: the key without its dots, with the letter after each dot in upper case.
   */
  static String name(String key) {
    return DOT.matcher(key).replaceAll(found -> upperCase(found.group(1)));
  }

  private static String upperCase(String letter) {
    return Matcher.quoteReplacement(letter.toUpperCase(Locale.ROOT));
  }

  /** The key with a value, in the form that {@code --set} takes. */
  String assignment(Object value) {
    return key + "=" + text(value);
  }

  /** A value in the form that the configuration takes. */
  static String text(Object value) {
    if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
      return Long.toString(number.longValue());
    }
    if (value instanceof List<?> values) {
      return values.stream().map(SettingParam::text).collect(Collectors.joining(",", "[", "]"));
    }
    if (value.getClass().isArray()) {
      return text(
          IntStream.range(0, Array.getLength(value)).mapToObj(i -> Array.get(value, i)).toList());
    }
    return value.toString();
  }

  @Override
  public void validate(Object value) {
    boolean known =
        value instanceof Number
            || value instanceof Boolean
            || value instanceof String
            || value instanceof List<?>
            || (value != null && value.getClass().isArray());
    if (!known) {
      throw new IllegalArgumentException(
          "%s takes a number, a text, a boolean or a list of such, not %s"
              .formatted(name(), value));
    }
  }

  @Override
  public String jsonEncode(Object value) {
    return new TextNode(text(value)).toString();
  }

  @Override
  public Object jsonDecode(String json) {
    try {
      return JSON.readTree(json).asText();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("%s: no JSON: %s".formatted(name(), json), e);
    }
  }
}
