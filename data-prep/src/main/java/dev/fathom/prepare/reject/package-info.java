/** Why a row cannot become a pair. Knows nothing of where rows come from or where they go. */
package dev.fathom.prepare.reject;
