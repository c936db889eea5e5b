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
 * What all subcommands share: settings are read first, then a Spark session is started, and it is
 * stopped whatever happens.
 */
@Command(mixinStandardHelpOptions = true, versionProvider = Fathom.Version.class)
abstract class SubCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Spec private CommandSpec spec;

  @Override
  public final Integer call() {
    // Wrong settings are reported before Spark takes its seconds to start. A dataset's card, which
    // may bring settings of its own, is read later.
    Settings early = options.settings(input().orElse(""), assignments());
    if (dataset().isEmpty()) {
      JobSettings.of(early);
    }
    Interruption.listen();
    NativeLibraries.findRoom();
    try (Session session = Session.start(spec.name(), options.master(), () -> workers(early))) {
      run(session);
    } catch (IncompatibleClassChangeError e) {
      // The class has another version than at build time, which is no problem of native libraries.
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

  /** The source of the pairs, which may be a built-in one that brings settings of its own. */
  Optional<String> input() {
    return Optional.empty();
  }

  /** The dataset to train on, whose pairs may come from a built-in source. */
  Optional<String> dataset() {
    return Optional.empty();
  }

  private static String sourceOf(String dataset, Storage storage) {
    return new DatasetFiles(new Path(dataset)).readCard(storage).source();
  }

  /** Assignments that the command makes by itself, and that the user's own override. */
  List<String> assignments() {
    return List.of();
  }

  /** Whether the command trains one model on all executors. */
  boolean trains() {
    return false;
  }

  abstract void run(Job job);
}
