/** The directory that a job writes to: one job at a time has it. */
package dev.fathom.output;
