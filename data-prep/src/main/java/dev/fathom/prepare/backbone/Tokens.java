// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fathom.error.Causes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.commons.io.FileUtils;

/**
 * Computes the token numbers of captions, by a {@code tokenizer.json}. For any number of threads.
 */
final class Tokens implements AutoCloseable {

  /** The number of tokens of a network that does not declare it. */
  private static final int USUAL_LENGTH = 512;

  private static final String UNKNOWN = "\ue000";
  private static final String DECODER = "decoder";
  private static final byte[] NOTHING = "null".getBytes(StandardCharsets.UTF_8);

  /** A factory that allows for as many field names as a vocabulary has. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .build();

  static {
    // The library is in the jar; it would report its use to its makers, and keep a copy in the home
    // directory.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    if (System.getProperty("ENGINE_CACHE_DIR") == null) {
      System.setProperty("ENGINE_CACHE_DIR", ownFolder());
    }
  }

  private final HuggingFaceTokenizer tokenizer;

  /** Read lock while captions are encoded, so that the tokenizer is not freed meanwhile. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private final int maxTokens;

  /**
   * Creates a folder in which nobody else can put a library. It is deleted when the process ends.
   */
  private static String ownFolder() {
    try {
      Path folder = Files.createTempDirectory("fathom-tokenizers");
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(folder.toFile())));
      return folder.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Tokens(HuggingFaceTokenizer tokenizer, int maxTokens) {
    this.tokenizer = tokenizer;
    this.maxTokens = maxTokens;
  }

  /**
   * Opens a tokenizer.
   *
   * @param json content of its file
   * @param maxTokens largest number of tokens of a caption, 0 for the tokenizer's own
   * @param padded whether all captions are padded to that length
   * @throws IOException if the content is no tokenizer
   */
  static Tokens open(byte[] json, int maxTokens, boolean padded) throws IOException {
    int length = maxTokens > 0 ? maxTokens : said(json);
    Tokens tokens =
        new Tokens(
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
    try {
      // A tokenizer without a token for unknown words fails at the first such word.
      tokens.of(UNKNOWN);
      return tokens;
    } catch (RuntimeException e) {
      tokens.close();
      throw new IOException(e.getMessage(), e);
    }
  }

  private static int said(byte[] json) throws IOException {
    try (HuggingFaceTokenizer asIs = open(json, Map.of("padding", "false"))) {
      int said = asIs.getTruncation().equals("DO_NOT_TRUNCATE") ? 0 : asIs.getMaxLength();
      return said > 0 ? said : USUAL_LENGTH;
    }
  }

  private static HuggingFaceTokenizer open(byte[] json, Map<String, String> options)
      throws IOException {
    byte[] encoder = withoutDecoder(json);
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(encoder), new HashMap<>(options));
    } catch (EngineException e) {
      throw new UnsatisfiedLinkError(Causes.told(e));
    } catch (RuntimeException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Returns the content without the decoder, which makes text of tokens. The library ends the
   * process if it cannot read a decoder, as in a truncated file.
   */
  private static byte[] withoutDecoder(byte[] json) throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(json.length);
    int from = 0;
    try (JsonParser in = JSON.createParser(json)) {
      if (in.nextToken() != JsonToken.START_OBJECT
          || in.currentTokenLocation().getByteOffset() < 0) {
        throw new IOException("it is no JSON object in UTF-8");
      }
      for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
        in.nextToken();
        long start = in.currentTokenLocation().getByteOffset();
        in.skipChildren();
        in.finishToken();
        if (field.equals(DECODER)) {
          kept.write(json, from, (int) start - from);
          kept.writeBytes(NOTHING);
          from = (int) in.currentLocation().getByteOffset();
        }
      }
      if (in.nextToken() != null) {
        throw new IOException("it goes on after its end");
      }
    }
    kept.write(json, from, json.length - from);
    return kept.toByteArray();
  }

  /** The largest number of tokens of a caption. */
  int maxTokens() {
    return maxTokens;
  }

  /** The token numbers of a caption, with those that mark its begin and end. */
  long[] of(String caption) {
    return encoded(caption).getIds();
  }

  /** The number of tokens of a padded caption before its padding. */
  int count(String caption) {
    int count = 0;
    for (long mask : encoded(caption).getAttentionMask()) {
      count += (int) mask;
    }
    return count;
  }

  private Encoding encoded(String caption) {
    open.readLock().lock();
    try {
      return tokenizer.encode(caption);
    } finally {
      open.readLock().unlock();
    }
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      tokenizer.close();
    } finally {
      open.writeLock().unlock();
    }
  }
}
