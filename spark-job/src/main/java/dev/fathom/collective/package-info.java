/**
 * Collective operations of the workers of a step: rows are gathered, and gradients are added up in
 * an order that does not depend on which worker adds. Tasks of one process share memory. Processes
 * are connected over Spark's own transport.
 */
package dev.fathom.collective;
