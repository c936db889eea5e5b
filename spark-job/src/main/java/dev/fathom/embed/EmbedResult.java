// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

/**
 * What {@link Embed} made.
 *
 * @param directory where the embeddings are
 * @param seconds that it took
 */
public record EmbedResult(String directory, double seconds) {}
