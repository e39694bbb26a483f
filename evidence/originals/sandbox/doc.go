// Package sandbox runs costly readings of foreign files in child processes that have
// limits of memory and processor time and are killed when a limit or the caller ends.
// A file that exhausts a child costs one child, never the process that serves people.
//
// A child runs one job at a time and many in a row, because starting it takes 50 ms. It
// gets an open file and returns bytes; it has no other access to the parent's state.
// The package knows no file format: commands pass it a table of jobs. It imports nothing
// of this module but recovery.
package sandbox
