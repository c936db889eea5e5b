/** The training pairs as partitions of compact columns, placed on the executors. */
package dev.fathom.train.pairs;
