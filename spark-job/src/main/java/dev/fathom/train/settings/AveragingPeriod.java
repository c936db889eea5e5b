// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.settings;

import dev.fathom.error.FathomException;
import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.stream.Stream;

/**
 * The number of local steps in a round: the key {@code training.averagingPeriod}.
 *
 * @param steps number of steps of a round if the user gives it, else 0
 */
public record AveragingPeriod(Choice choice, int steps) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String KEY = "training.averagingPeriod";

  /** The source of the number of steps. */
  public enum Choice {
    /** The size of the model. */
    AUTO,
    /** The measured time of past rounds. */
    MEASURED,
    /** The user's setting. */
    GIVEN
  }

  static AveragingPeriod of(Settings settings) {
    String text = settings.text(KEY).orElse(Settings.written(Choice.AUTO));
    return Stream.of(Choice.AUTO, Choice.MEASURED)
        .filter(choice -> Settings.written(choice).equals(text))
        .findAny()
        .map(choice -> new AveragingPeriod(choice, 0))
        .orElseGet(() -> of(parse(text)));
  }

  boolean isAuto() {
    return choice == Choice.AUTO;
  }

  static AveragingPeriod of(int steps) {
    return new AveragingPeriod(Choice.GIVEN, steps);
  }

  private static int parse(String text) {
    try {
      int steps = Integer.parseInt(text);
      if (steps >= 1) {
        return steps;
      }
    } catch (NumberFormatException e) {
      // The settings' error message lists the values that the key takes.
    }
    throw FathomException.usage(
        "%s = %s is neither auto, measured nor a number of steps, 1 or more", KEY, text);
  }
}
