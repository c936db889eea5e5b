/**
 * Errors for users: one line and an exit code, without credentials. Needs neither Hadoop nor Spark.
 */
package dev.fathom.error;
