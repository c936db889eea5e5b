// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

/** The format that an encoder is written in. */
public enum ExportFormat {
  /** A function from the raw input to the embedding, for ONNX Runtime and other readers of ONNX. */
  ONNX("onnx"),

  /** The parameters alone, under the names of the layers, in PyTorch's order. */
  SAFETENSORS("safetensors"),

  /** The DL4J zip of the model directory. */
  DL4J("zip");

  private final String ending;

  ExportFormat(String ending) {
    this.ending = ending;
  }

  /** The extension of the format's files. */
  String ending() {
    return ending;
  }
}
