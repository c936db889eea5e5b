/** The training stage of a job, and its like within one thread. */
package dev.fathom.train;
