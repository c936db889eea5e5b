/**
 * One configuration for every stage: {@code conf/reference.conf} names each key with its default,
 * and nothing else is a key. Each stage takes its own settings record out of it.
 */
package dev.fathom.settings;
