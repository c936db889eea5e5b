/** Picture files to RGB bytes. Uses ImageIO and libjpeg-turbo to decode; no Spark. */
package dev.fathom.prepare.image;
