/**
 * What whoever watches a job gets to see: progress, metrics for Spark's sinks, and which run and
 * round a line of the log comes from.
 */
package dev.fathom.monitoring;
