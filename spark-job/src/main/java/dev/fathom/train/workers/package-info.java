/**
 * The workers that hold the pairs, as Spark tasks or in one thread, and the tasks that they can
 * run.
 */
package dev.fathom.train.workers;
