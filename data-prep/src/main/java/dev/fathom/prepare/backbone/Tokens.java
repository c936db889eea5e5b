// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Token numbers of captions, by a {@code tokenizer.json}. For any number of threads. */
final class Tokens implements AutoCloseable {

  /** What a network that says nothing is taken to read. */
  private static final int USUAL_LENGTH = 512;

  static {
    // Its library is in the jar; it would tell its makers of its use, and keep a copy at home.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    if (System.getProperty("ENGINE_CACHE_DIR") == null) {
      System.setProperty(
          "ENGINE_CACHE_DIR",
          System.getProperty("java.io.tmpdir")
              + "/fathom-tokenizers-"
              + System.getProperty("user.name"));
    }
  }

  private final HuggingFaceTokenizer tokenizer;
  private final int maxTokens;

  private Tokens(HuggingFaceTokenizer tokenizer, int maxTokens) {
    this.tokenizer = tokenizer;
    this.maxTokens = maxTokens;
  }

  /**
   * Opens a tokenizer.
   *
   * @param json content of its file
   * @param maxTokens of a caption, 0 for what it says itself
   * @param padded whether all captions come to that length
   * @throws IOException where it is no tokenizer
   */
  static Tokens open(byte[] json, int maxTokens, boolean padded) throws IOException {
    int length = maxTokens > 0 ? maxTokens : said(json);
    return new Tokens(
        open(
            json,
            Map.of(
                "truncation",
                "true",
                "maxLength",
                String.valueOf(length),
                "modelMaxLength",
                String.valueOf(length),
                "padding",
                padded ? "max_length" : "false")),
        length);
  }

  private static int said(byte[] json) throws IOException {
    try (HuggingFaceTokenizer asIs = open(json, Map.of("padding", "false"))) {
      int said = asIs.getTruncation().equals("DO_NOT_TRUNCATE") ? 0 : asIs.getMaxLength();
      return said > 0 ? said : USUAL_LENGTH;
    }
  }

  private static HuggingFaceTokenizer open(byte[] json, Map<String, String> options)
      throws IOException {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json), new HashMap<>(options));
    } catch (RuntimeException | LinkageError e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Tokens of a caption at most. */
  int maxTokens() {
    return maxTokens;
  }

  /** The numbers of a caption, those that stand for its begin and end among them. */
  long[] of(String caption) {
    return tokenizer.encode(caption).getIds();
  }

  /** How many of a padded caption's numbers are its own. */
  int count(String caption) {
    int count = 0;
    for (long mask : tokenizer.encode(caption).getAttentionMask()) {
      count += (int) mask;
    }
    return count;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
