/** A step of training: batches, loss, gradients, optimiser, temperature. */
package dev.fathom.train.step;
