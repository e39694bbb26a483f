// Package stack embeds the Temporal server and its web UI for development:
// one process, SQLite underneath, loopback only, no authentication.
//
// It is not for production, and it starts nothing else: PostgreSQL and the
// product are children of the supervisor in dev/local. The Go API of the server
// promises no compatibility, so only this package uses it. Commands and tests in
// dev/ may import this package.
package stack
