/**
 * A grid of settings, one cell a Spark task: each cell trains, embeds and measures in one thread. A
 * sweep that was cut off goes on with the cells that are missing.
 */
package dev.fathom.sweep;
