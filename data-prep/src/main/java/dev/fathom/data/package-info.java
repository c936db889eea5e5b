/**
 * The data contract between data-prep, which writes datasets, and whoever reads them: the schema of
 * a shard and the dataset card; and the formats that both read. Knows nothing of what pairs are
 * for.
 */
package dev.fathom.data;
