/**
 * Training across a cluster: rounds of local steps on each worker's pairs, averaging of parameters,
 * the one global temperature, checkpoints. dl4j-spark's interfaces are met in {@code train.dl4j}
 * alone.
 */
package dev.fathom.train;
