// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * The stage from embeddings of any origin to the width that they need: retrieval against width for
 * several ways to make vectors shorter and to store their numbers, without training.
 */
package dev.fathom.width;
