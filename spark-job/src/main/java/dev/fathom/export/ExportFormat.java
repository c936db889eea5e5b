// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

/** What an encoder is written as. */
public enum ExportFormat {
  /** A function from the raw input to the embedding, for ONNX Runtime and what reads ONNX. */
  ONNX("onnx"),

  /** The parameters alone, under the names of the layers, in PyTorch's order. */
  SAFETENSORS("safetensors"),

  /** The zip of DL4J that the model holds. */
  DL4J("zip");

  private final String ending;

  ExportFormat(String ending) {
    this.ending = ending;
  }

  /** What its files end in. */
  String ending() {
    return ending;
  }
}
