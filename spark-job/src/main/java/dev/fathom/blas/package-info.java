/**
 * Matrix multiplication and symmetric eigenvalues on heap arrays, by the native OpenBLAS that ships
 * with ND4J. Uses nothing of the others.
 */
package dev.fathom.blas;
