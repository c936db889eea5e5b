/**
 * The built-in sources, which make pairs up: pictures of scenes with captions, and Gaussian
 * vectors. How many dimensions their pairs share is known.
 */
package dev.fathom.prepare.source.synthetic;
