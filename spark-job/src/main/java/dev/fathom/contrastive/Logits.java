// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

/**
 * Turns similarities s into logits s/τ + b.
 *
 * @param temperature τ, above 0
 * @param bias b
 */
public record Logits(float temperature, float bias) {
  /** The factor 1/τ of the similarities. */
  float scale() {
    return 1f / temperature;
  }
}
