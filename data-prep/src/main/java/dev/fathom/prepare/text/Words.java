// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import dev.fathom.error.Causes;
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
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/**
 * Splits captions into words: NFKC and lower case, then the word boundaries of Unicode UAX #29, by
 * which an ideograph and an emoji are a word each and punctuation is none; Thai, Lao, Khmer and
 * Burmese, which have no blanks between words, by dictionary. A caption of nothing but punctuation
 * is split at its blanks instead, as it says something all the same. An instance reuses one
 * tokenizer, so it is meant for one thread.
 */
public final class Words {
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}\\p{C}]+");

  private static final String WITHOUT_BLANKS =
      StandardTokenizer.TOKEN_TYPES[StandardTokenizer.SOUTHEAST_ASIAN];

  private final int maxTokens;
  private final int maxCharacters;
  private final boolean clean;
  private final StandardTokenizer tokenizer = new StandardTokenizer();
  private final CharTermAttribute term = tokenizer.addAttribute(CharTermAttribute.class);
  private final TypeAttribute type = tokenizer.addAttribute(TypeAttribute.class);
  private final BreakIterator dictionary = BreakIterator.getWordInstance(ULocale.ROOT);

  /** Creates a splitter with these settings. */
  public Words(TextSettings settings) {
    maxTokens = settings.maxTokens();
    maxCharacters = settings.maxCharacters();
    clean = settings.clean();
  }

  /**
   * Returns a caption without HTML, if the settings ask for its removal.
   *
   * @throws RejectedRowException if the caption is too long
   */
  public String cleaned(String caption) throws RejectedRowException {
    requireLength(caption);
    return clean ? Markup.removed(caption) : caption;
  }

  /**
   * Returns the words of a caption in their order: at least one, and at most the first {@code
   * maxTokens}.
   *
   * @throws RejectedRowException if there are none
   */
  public List<String> of(String caption) throws RejectedRowException {
    requireLength(caption);
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

  private void requireLength(String caption) throws RejectedRowException {
    if (caption.length() > maxCharacters) {
      throw new RejectedRowException(
          RejectReason.TOO_MANY_CHARACTERS,
          "%d characters, %d at most".formatted(caption.length(), maxCharacters));
    }
  }

  private List<String> tokens(String text) throws RejectedRowException {
    List<String> words = new ArrayList<>();
    try (StandardTokenizer open = tokenizer) {
      open.setReader(new StringReader(text));
      open.reset();
      while (words.size() < maxTokens && open.incrementToken()) {
        if (type.type().equals(WITHOUT_BLANKS)) {
          cut(term.toString(), words);
        } else {
          words.add(term.toString());
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new RejectedRowException(RejectReason.UNREADABLE_TEXT, Causes.told(e));
    }
    return words;
  }

  /** Splits a run of letters without blanks into words. */
  private void cut(String run, List<String> words) {
    dictionary.setText(run);
    int from = dictionary.first();
    for (int to = dictionary.next();
        to != BreakIterator.DONE && words.size() < maxTokens;
        to = dictionary.next()) {
      words.add(run.substring(from, to));
      from = to;
    }
  }

  private List<String> pieces(String text) {
    return Arrays.stream(BLANKS.split(text))
        .filter(piece -> !piece.isEmpty())
        .limit(maxTokens)
        .toList();
  }
}
