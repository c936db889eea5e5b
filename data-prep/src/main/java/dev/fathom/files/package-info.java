/** Access to files on any file system that Hadoop reaches, local disk included. */
package dev.fathom.files;
