/**
 * The data contract between data-prep, which writes datasets, and whoever reads them: the schema of
 * a shard and the dataset card. Knows nothing of where pairs came from or what is done with them.
 */
package dev.fathom.data;
