/** A program that tests start without Fathom's classes beside it. */
package plain;
