// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.common.ExitCode;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What the subcommands share: settings first, then a Spark session that is stopped whatever
 * happens.
 */
@Command(mixinStandardHelpOptions = true, versionProvider = Fathom.Version.class)
abstract class SubCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Spec private CommandSpec spec;

  @Override
  public final Integer call() {
    Settings settings = options.settings(source(), assignments());
    SparkSession.Builder builder = SparkSession.builder().appName("fathom " + spec.name());
    if (options.master() != null) {
      builder.master(options.master());
    } else if (System.getProperty("spark.master") == null) {
      builder.master("local[*]");
    }
    try (SparkSession spark = builder.getOrCreate()) {
      run(new Job(spark, spec.name(), settings, System.out));
    }
    return ExitCode.SUCCESS.code();
  }

  boolean verbose() {
    return options.verbose();
  }

  /** Where the pairs come from, for the settings that a built-in source brings. */
  abstract String source();

  /** What the command sets by itself, and the user may set otherwise. */
  List<String> assignments() {
    return List.of();
  }

  abstract void run(Job job);
}
