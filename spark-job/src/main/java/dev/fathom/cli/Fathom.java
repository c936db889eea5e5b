// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.error.Causes;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.error.Printable;
import dev.fathom.error.Secrets;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.SparkException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The main class. */
@Command(
    name = "fathom",
    mixinStandardHelpOptions = true,
    versionProvider = Fathom.Version.class,
    description = {
      "Trains two encoders to agree on paired data, and measures how many dimensions the pairs"
          + " share.",
      ""
    },
    subcommands = {
      DemoCommand.class,
      PrepareCommand.class,
      TrainCommand.class,
      EmbedCommand.class,
      MeasureCommand.class,
      WidthCommand.class,
      RunCommand.class,
      SweepCommand.class,
      CompareCommand.class,
      ExportCommand.class,
      SearchCommand.class,
      DescribeCommand.class,
      ConfigCommand.class,
      AutoComplete.GenerateCompletion.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:anything that has no code of its own",
      "2:the command line or the configuration is wrong",
      "3:the data is missing, unreadable, or has too many rejects",
      "4:training diverged",
      "5:compare: the dimension or the retrieval has moved too far",
      "130:interrupted (Ctrl-C)",
      "143:told to end (SIGTERM)"
    },
    footer = {
      "",
      "fathom COMMAND --help tells what a command takes. fathom config prints every setting.",
      "Completion in bash and zsh: source <(fathom generate-completion)"
    })
public final class Fathom {
  private static final String CAUSED_BY = "Caused by: ";

  private Fathom() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Thread.setDefaultUncaughtExceptionHandler(Fathom::end);
    int code = execute(arguments);
    if (code != ExitCode.SUCCESS.code()) {
      System.exit(code);
    }
  }

  /**
   * Ends the process if any of its threads runs out of memory: a job would wait for ever for a
   * thread of Spark's that is gone.
   */
  private static void end(Thread thread, Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        outOfMemory(cause.getMessage());
      }
    }
    System.err.printf("Exception in thread %s: ", thread.getName());
    error.printStackTrace();
  }

  /**
   * Writes only one line: other work at the end of the process takes memory, and waits for threads.
   */
  private static void outOfMemory(String what) {
    try {
      System.err.printf(
          "fathom: out of memory (%s); the heap may have %d MB (spark.driver.memory,"
              + " FATHOM_HEAP)%n",
          what, Runtime.getRuntime().maxMemory() >> 20);
    } finally {
      Runtime.getRuntime().halt(ExitCode.FAILURE.code());
    }
  }

  /** Runs a command and returns its exit code. */
  static int execute(String... arguments) {
    return new CommandLine(new Fathom())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Fathom::refuse)
        .setExecutionExceptionHandler((error, command, parsed) -> explain(error, command))
        .execute(arguments.length == 0 ? new String[] {"--help"} : arguments);
  }

  private static int refuse(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    command
        .getErr()
        .printf(
            "fathom: %s; see %s --help%n",
            Secrets.masked(Printable.line(error.getMessage())),
            command.getCommandSpec().qualifiedName());
    return ExitCode.USAGE.code();
  }

  private static int explain(Exception error, CommandLine command) {
    if (Interruption.isTold()) {
      return ExitCode.FAILURE.code();
    }
    FathomException known = known(error);
    boolean verbose = command.getCommand() instanceof SubCommand subCommand && subCommand.verbose();
    if (verbose) {
      command.getErr().print(Secrets.masked(ExceptionUtils.getStackTrace(error)));
    }
    String message =
        known != null
            ? known.getMessage()
            : told(error) + (verbose ? "" : "; --verbose shows where");
    command.getErr().printf("fathom: %s%n", Secrets.masked(Printable.line(message)));
    return (known != null ? known.exitCode() : ExitCode.FAILURE).code();
  }

  /** Finds the error that a person can act on, which Spark wraps if it comes from a task. */
  private static FathomException known(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof FathomException known) {
        return known;
      }
    }
    return null;
  }

  /** The message of an unforeseen error, with its cause if Spark names that in a stack trace. */
  static String told(Exception whole) {
    Throwable error = Causes.unwrapped(whole);
    boolean says =
        error.getMessage() != null
            && (error instanceof UncheckedIOException || error instanceof SparkException);
    List<String> lines =
        (says ? Causes.withoutCarrier(error.getMessage()) : error.toString()).lines().toList();
    String message =
        lines.stream()
            .takeWhile(line -> !line.startsWith("\tat "))
            .collect(Collectors.joining("\n"));
    return lines.stream()
        .filter(line -> line.startsWith(CAUSED_BY))
        .reduce((first, last) -> last)
        .map(cause -> cause.substring(CAUSED_BY.length()))
        .filter(cause -> !message.contains(cause))
        .map(cause -> message + "; caused by " + cause)
        .orElse(message);
  }

  /** The version of the jar. */
  static String version() {
    String version = Fathom.class.getPackage().getImplementationVersion();
    return "fathom " + (version == null ? "(not packaged)" : version);
  }

  /** Gives the version to picocli. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {version()};
    }
  }
}
