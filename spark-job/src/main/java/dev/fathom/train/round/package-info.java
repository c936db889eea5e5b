/** Rounds of steps, by global batches or averaging, from the first to the last. */
package dev.fathom.train.round;
