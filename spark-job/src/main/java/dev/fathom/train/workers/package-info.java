/**
 * Those who hold the pairs, as tasks of Spark or on one thread, and what they can be asked to do.
 */
package dev.fathom.train.workers;
