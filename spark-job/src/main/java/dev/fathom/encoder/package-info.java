/**
 * Encoders: what one is (forward, backward, flat parameters), the built-in ones as kernels over
 * {@code float[]}, and each one's twin as a plain DL4J graph with the same parameter layout. Does
 * not know the contrastive objective.
 */
package dev.fathom.encoder;
