/**
 * Matrix multiplication and symmetric eigenvalues on heap arrays, by the native OpenBLAS that ships
 * with ND4J, and loops over arrays that the JIT compiler makes vector instructions of. Uses nothing
 * of the others.
 */
package dev.fathom.blas;
