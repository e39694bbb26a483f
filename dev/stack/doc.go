// Package stack embeds the Temporal server and its web UI for development:
// one process, SQLite underneath, loopback only, no authentication.
//
// It is not a way to run Temporal for real work, and it starts nothing else:
// PostgreSQL and the product are children of the supervisor in dev/local. The
// server's own Go interface promises no compatibility, so nothing outside this
// package touches it. Commands and tests inside dev/ may import it.
package stack
