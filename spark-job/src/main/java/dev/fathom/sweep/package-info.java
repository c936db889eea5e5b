/**
 * Sweeps over a grid of settings. Each cell is a Spark task, which trains, embeds and measures in
 * one thread. An interrupted sweep goes on with the cells that are missing.
 */
package dev.fathom.sweep;
