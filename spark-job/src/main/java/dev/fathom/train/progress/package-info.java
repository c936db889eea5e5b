/** The progress of a training: its state, checkpoints, metrics. */
package dev.fathom.train.progress;
