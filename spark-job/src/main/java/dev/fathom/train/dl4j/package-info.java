/** The seam to dl4j-spark, to which a training is a {@code TrainingMaster}. */
package dev.fathom.train.dl4j;
