/**
 * Fathom as a part of Spark's machine learning: estimator, model, evaluator and measurement on
 * DataFrames. A thin face of the stages, beside the command line.
 */
package dev.fathom.spark;
