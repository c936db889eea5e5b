/**
 * Training across a cluster: steps on batches of all workers or local steps that are averaged,
 * rounds, the one temperature, checkpoints. {@code ContrastiveTrainingMaster} is the seam to
 * dl4j-spark.
 */
package dev.fathom.train;
