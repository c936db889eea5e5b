/** Captions to words and words to numbers. Uses Lucene's tokenizer and jsoup; no Spark. */
package dev.fathom.prepare.text;
