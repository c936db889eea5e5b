/** Captions to words and words to numbers. Uses Lucene's tokenizer; no Spark. */
package dev.fathom.prepare.text;
