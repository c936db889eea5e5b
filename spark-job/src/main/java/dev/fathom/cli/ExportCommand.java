// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.error.ExitCode;
import dev.fathom.error.Secrets;
import dev.fathom.export.Export;
import dev.fathom.export.ExportFormat;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Fathom.Version.class,
    description = "Writes the encoders of a model for other tools: x.* and y.*, and export.json.",
    footer = {"", "Example:", "  fathom export --model out/model --format onnx --output onnx"})
final class ExportCommand implements Callable<Integer> {
  @Mixin private ModelOption model;
  @Mixin private MovedNetworks networks;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description =
          "onnx (from raw input to embedding), safetensors (parameters) or dl4j (its zips).")
  private ExportFormat format;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the files go.")
  private String output;

  @Option(names = "--overwrite", description = "Replace what is there.")
  private boolean overwrite;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Path> written =
        new Export(PlainFiles.storage(), format, overwrite)
            .networks(networks.settings())
            .model(model.directory())
            .output(output)
            .execute();
    if (written.isEmpty()) {
      out.printf("%s is done already, of the same model%n", Secrets.masked(output));
    }
    written.forEach(file -> out.println(Secrets.masked(file.toString())));
    return ExitCode.SUCCESS.code();
  }
}
