// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

/**
 * The settings of a width analysis.
 *
 * @param loss largest allowed loss of quality, 0 … 1
 * @param seed seed of every random choice
 */
public record WidthSettings(double loss, long seed) {}
