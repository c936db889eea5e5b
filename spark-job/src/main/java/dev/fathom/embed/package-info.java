/** The stage from a model and shards to embeddings. */
package dev.fathom.embed;
