// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.files.Storage;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;

/** The files of a command that does not start Spark, accessed as Spark would access them. */
final class PlainFiles {
  private static final String HADOOP = "spark.hadoop.";

  private PlainFiles() {}

  /** Opens the storage with the Hadoop settings that spark-submit was given. */
  static Storage storage() {
    Configuration hadoop = new Configuration();
    Properties properties = System.getProperties();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(HADOOP)) {
        hadoop.set(name.substring(HADOOP.length()), properties.getProperty(name));
      }
    }
    return new Storage(hadoop);
  }
}
