/** The {@code training} and {@code temperature} keys of the configuration as types. */
package dev.fathom.train.settings;
