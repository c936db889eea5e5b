/**
 * The directory that a job writes to: one job at a time has it, and a reader can tell whether it is
 * complete and what it was made of.
 */
package dev.fathom.output;
