/**
 * Where pairs come from: files in their several forms, and below, in {@code synthetic}, sources
 * that make pairs up. A source reads and names rows; it does not decode pictures, cut captions or
 * judge more than the form of a row.
 */
package dev.fathom.prepare.source;
