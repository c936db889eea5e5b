/** The connection to dl4j-spark, for which a training is a {@code TrainingMaster}. */
package dev.fathom.train.dl4j;
