/**
 * What a user is told when something is wrong: one line and an exit code, without a credential.
 * Needs neither Hadoop nor Spark.
 */
package dev.fathom.error;
