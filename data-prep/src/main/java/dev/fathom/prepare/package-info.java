/**
 * The first stage: pairs in any common form become a dataset of Parquet shards with a card. {@link
 * dev.fathom.prepare.Prepare} is the stage; where pairs come from, how a picture is decoded and how
 * a caption is cut into words live in packages of their own below. Nothing here may know of
 * encoders, training or measurements.
 */
package dev.fathom.prepare;
