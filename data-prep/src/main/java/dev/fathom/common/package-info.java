/**
 * What every stage shares: errors with their exit codes, seeded random streams, and access to files
 * through Hadoop's {@code FileSystem}. Knows nothing of pairs, encoders or measurements.
 */
package dev.fathom.common;
