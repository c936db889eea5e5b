/** Random numbers that depend on the seed alone. Needs only the JDK. */
package dev.fathom.random;
