// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

/**
 * The result of {@link Embed}.
 *
 * @param directory directory of the embeddings
 * @param seconds time of the whole stage
 */
public record EmbedResult(String directory, double seconds) {}
