/**
 * The contrastive objective as pure arithmetic on {@code float[]}: similarities, symmetric InfoNCE
 * with its closed-form gradients, the temperature. No Spark, no DL4J.
 */
package dev.fathom.contrastive;
