/**
 * Monitoring of a job: progress, metrics for Spark's sinks, and the run and round in lines of the
 * log.
 */
package dev.fathom.monitoring;
