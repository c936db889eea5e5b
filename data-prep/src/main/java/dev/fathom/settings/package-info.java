/**
 * One configuration for every stage: {@code conf/reference.conf} names each key with its default,
 * and nothing else is a key. Each stage reads its own settings record from it.
 */
package dev.fathom.settings;
