// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file on the network, by its unchanged address. Hadoop's paths would encode it a second time,
 * and wait for ever.
 */
record RemoteFile(String address) {
  private static final Pattern ADDRESS = Pattern.compile("(?i)(https?|ftp)://");
  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 30_000;

  /** The remote file of a name in a folder; empty if neither is an address. */
  static Optional<RemoteFile> of(String folder, String name) {
    if (ADDRESS.matcher(name).lookingAt()) {
      return Optional.of(new RemoteFile(name));
    }
    return !name.contains("://") && ADDRESS.matcher(folder).lookingAt()
        ? Optional.of(new RemoteFile(folder.replaceFirst("/*$", "/") + name))
        : Optional.empty();
  }

  /**
   * Fetches the file.
   *
   * @param most largest number of bytes to read
   * @throws java.io.FileNotFoundException if it does not exist
   */
  byte[] read(int most) throws IOException {
    try {
      URLConnection connection = new URI(address).toURL().openConnection();
      connection.setConnectTimeout(CONNECT_MILLIS);
      connection.setReadTimeout(READ_MILLIS);
      try (InputStream in = connection.getInputStream()) {
        return in.readNBytes(most);
      }
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IOException("no address: " + e.getMessage(), e);
    }
  }
}
