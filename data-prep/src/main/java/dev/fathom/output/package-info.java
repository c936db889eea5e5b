/**
 * The directory that a job writes to. One job at a time has it, and a reader can tell whether it is
 * complete and what it was made from.
 */
package dev.fathom.output;
