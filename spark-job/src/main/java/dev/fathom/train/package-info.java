/** The stage {@code train} of a job, and the same training within one thread. */
package dev.fathom.train;
