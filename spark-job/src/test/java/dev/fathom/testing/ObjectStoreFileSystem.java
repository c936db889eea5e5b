// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.Progressable;

/** The local disk as an object store has files: there when they are closed, and not before. */
public final class ObjectStoreFileSystem extends RawLocalFileSystem {
  private static volatile String refused = "";

  /** Has files of this name refused from now on. */
  public static void refuse(String name) {
    refused = name;
  }

  @Override
  public URI getUri() {
    return URI.create("objects:///");
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    if (path.getName().equals(refused)) {
      throw new AccessControlException("no " + refused);
    }
    ByteArrayOutputStream object =
        new ByteArrayOutputStream() {
          @Override
          public void close() throws IOException {
            Files.createDirectories(pathToFile(path.getParent()).toPath());
            Files.write(pathToFile(path).toPath(), toByteArray());
          }
        };
    return new FSDataOutputStream(object, null);
  }
}
