/** How far a training is: its state, checkpoints, metrics. */
package dev.fathom.train.progress;
