// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/** Point clouds as row-major {@code float[]} matrices, and the axes along which they spread. */
package dev.fathom.intrinsic.points;
