/** An optimiser's step: batches, loss, gradients, the optimiser, the temperature. */
package dev.fathom.train.step;
