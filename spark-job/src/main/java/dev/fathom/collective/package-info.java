/**
 * What the workers of a step exchange: rows are gathered, gradients added up in an order that does
 * not depend on who does it. Tasks of one process share memory, processes are linked over Spark's
 * own transport.
 */
package dev.fathom.collective;
