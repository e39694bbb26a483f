// Package pgcluster finds PostgreSQL's server programs, initialises a database
// cluster with them and describes how its server is started. The server never
// runs as root: root switches to another user.
//
// Callers start and supervise the server process themselves. Only pgtest and
// the development stack in dev/local import this package; a deployment brings
// its own PostgreSQL.
package pgcluster
