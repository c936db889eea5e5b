// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.io.IOException;
import java.io.StringReader;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Cuts captions into words: NFKC and lower case, then the word boundaries of Unicode UAX #29, by
 * which an ideograph and an emoji are a word each and punctuation is none. A caption of nothing but
 * punctuation is cut at its blanks instead, for it says something all the same. Reuses one
 * tokenizer, so it is meant for one thread.
 */
public final class Words {
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}\\p{C}]+");

  private final int maxTokens;
  private final StandardTokenizer tokenizer = new StandardTokenizer();
  private final CharTermAttribute term = tokenizer.addAttribute(CharTermAttribute.class);

  /** Cuts captions into at most this many words. */
  public Words(int maxTokens) {
    this.maxTokens = maxTokens;
  }

  /**
   * The words of a caption in their order, at least one, the first {@code maxTokens} of them.
   *
   * @throws RejectedRowException where there are none
   */
  public List<String> of(String caption) throws RejectedRowException {
    String normal = Normalizer.normalize(caption, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    List<String> words = tokens(normal);
    if (words.isEmpty()) {
      words = pieces(normal);
    }
    if (words.isEmpty()) {
      throw new RejectedRowException(RejectReason.EMPTY_TEXT, "the caption has no words");
    }
    return words;
  }

  private List<String> tokens(String text) throws RejectedRowException {
    List<String> words = new ArrayList<>();
    try (StandardTokenizer open = tokenizer) {
      open.setReader(new StringReader(text));
      open.reset();
      while (words.size() < maxTokens && open.incrementToken()) {
        words.add(term.toString());
      }
    } catch (IOException | RuntimeException e) {
      throw new RejectedRowException(RejectReason.UNREADABLE_TEXT, e.toString());
    }
    return words;
  }

  private List<String> pieces(String text) {
    return Arrays.stream(BLANKS.split(text))
        .filter(piece -> !piece.isEmpty())
        .limit(maxTokens)
        .toList();
  }
}
