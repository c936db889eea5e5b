/**
 * Frozen networks: pictures and captions to the features that an ONNX model gives for them. Uses
 * ONNX Runtime and, for captions, the tokenizers of Hugging Face; a network is read and tried on
 * the driver, sent to each executor once and opened there once.
 */
package dev.fathom.prepare.backbone;
