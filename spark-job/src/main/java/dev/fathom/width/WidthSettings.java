// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

/**
 * What is asked of a width.
 *
 * @param loss of quality that is allowed, 0 … 1
 * @param seed of every random choice
 */
public record WidthSettings(double loss, long seed) {}
