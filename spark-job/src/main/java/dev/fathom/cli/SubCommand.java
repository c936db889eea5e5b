// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.data.DatasetFiles;
import dev.fathom.error.ExitCode;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import dev.fathom.train.settings.TrainingMode;
import dev.fathom.train.settings.TrainingSettings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
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
    // Wrong settings are told before Spark takes its seconds to start; a dataset's card, which may
    // bring settings of its own, is read after.
    Settings early = options.settings(input().orElse(""), assignments());
    if (dataset().isEmpty()) {
      JobSettings.of(early);
    }
    Interruption.listen();
    NativeLibraries.findRoom();
    try (Session session = Session.start(spec.name(), options.master(), () -> workers(early))) {
      run(session);
    } catch (IncompatibleClassChangeError e) {
      // Another version of a class than the one that was built with, which no native library is.
      throw e;
    } catch (LinkageError e) {
      throw NativeLibraries.missing(e);
    }
    return ExitCode.SUCCESS.code();
  }

  /** The number of workers that a training needs at the same time. */
  private OptionalInt workers(Settings early) {
    return trains() && TrainingMode.of(early) == TrainingMode.GLOBAL_BATCH
        ? OptionalInt.of(TrainingSettings.of(early).partitions(Long.MAX_VALUE))
        : OptionalInt.empty();
  }

  private void run(Session session) {
    Storage storage = session.storage();
    String source = input().or(() -> dataset().map(data -> sourceOf(data, storage))).orElse("");
    JobSettings settings = JobSettings.of(options.settings(source, assignments()));
    Job job = new Job(session.spark(), spec.name(), settings, System.out);
    boolean done = false;
    try {
      run(job);
      done = true;
    } finally {
      if (!done) {
        job.release();
      }
      job.unlock();
    }
  }

  boolean verbose() {
    return options.verbose();
  }

  /** Where the pairs come from, which may be a built-in source that brings settings of its own. */
  Optional<String> input() {
    return Optional.empty();
  }

  /** The dataset to train on, whose pairs may have come from such a source. */
  Optional<String> dataset() {
    return Optional.empty();
  }

  private static String sourceOf(String dataset, Storage storage) {
    return new DatasetFiles(new Path(dataset)).readCard(storage).source();
  }

  /** What the command sets by itself, and the user may set otherwise. */
  List<String> assignments() {
    return List.of();
  }

  /** Whether the command trains one model on all executors. */
  boolean trains() {
    return false;
  }

  abstract void run(Job job);
}
