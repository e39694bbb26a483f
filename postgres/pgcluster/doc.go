// Package pgcluster finds PostgreSQL's server programs, initialises a database
// cluster with them and returns the arguments of its server. The server never
// runs as root: root switches to another user.
//
// Callers start and supervise the server process themselves. Only pgtest and
// the development stack in dev/local import this package; a deployment uses
// its own PostgreSQL.
package pgcluster
