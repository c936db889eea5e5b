/** The command line: subcommands, options, exit codes. The only room that knows all others. */
package dev.fathom.cli;
