// Licensed under the Apache License, Version 2.0; see the LICENSE file.
/**
 * The stage from embeddings, whoever made them, to the width that they need: retrieval against
 * width for ways to make vectors shorter and to store their numbers, without training.
 */
package dev.fathom.width;
