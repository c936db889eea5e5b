/** What a run tells: {@code report.json} for scripts and {@code report.html} for people. */
package dev.fathom.report;
