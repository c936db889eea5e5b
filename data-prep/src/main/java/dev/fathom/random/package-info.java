/** Random numbers that follow from the seed alone. Needs nothing beyond the JDK. */
package dev.fathom.random;
