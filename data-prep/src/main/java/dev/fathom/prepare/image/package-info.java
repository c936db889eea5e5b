/**
 * Picture files to squares of RGB bytes. Uses ImageIO to decode and Thumbnailator to resize; no
 * Spark.
 */
package dev.fathom.prepare.image;
