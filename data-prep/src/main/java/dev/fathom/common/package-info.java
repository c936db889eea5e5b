/**
 * What every stage shares: errors with their exit codes, seeded random streams, access to files
 * through Hadoop's {@code FileSystem}, and what whoever watches a job gets to see: progress,
 * metrics, the lines of the log, none of them with a credential. Knows nothing of pairs, encoders
 * or measurements.
 */
package dev.fathom.common;
