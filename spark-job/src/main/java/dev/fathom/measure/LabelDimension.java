// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

/**
 * The dimension around the embeddings of one label.
 *
 * @param points how many carry it
 * @param x 1/mean(1/d) of the dimensions d around them, null where none of them was measured
 * @param y likewise of the other side, null where there is none
 */
public record LabelDimension(int points, Double x, Double y) {}
