/**
 * A trained model for other tools: each encoder as ONNX, safetensors or a DL4J zip. May use {@code
 * model} and {@code encoder}; writes what they hold, and trains nothing.
 */
package dev.fathom.export;
