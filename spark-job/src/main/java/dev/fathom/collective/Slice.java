// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

/** A consecutive part of an array. */
record Slice(float[] array, int offset, int length) {}
