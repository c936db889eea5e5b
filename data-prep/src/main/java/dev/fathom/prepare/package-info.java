/**
 * The first stage: pairs in any common form become a dataset of Parquet shards with a card. {@link
 * dev.fathom.prepare.Prepare} is the stage. Packages below read the forms of input, decode pictures
 * and cut captions into words. Nothing here may know of encoders, training or measurements.
 */
package dev.fathom.prepare;
