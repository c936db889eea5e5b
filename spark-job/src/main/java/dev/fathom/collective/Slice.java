// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

/** A run of numbers in an array. */
record Slice(float[] array, int offset, int length) {}
