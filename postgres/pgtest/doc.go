// Package pgtest gives tests a real PostgreSQL: one throw-away server per test
// process, and for each test a freshly migrated database of its own. Tests in
// other packages call New or URL and nothing else; all of it is safe for
// parallel tests.
//
// The server needs PostgreSQL 15 or newer on the machine. It listens on a Unix
// socket in a temporary folder only, runs as an unprivileged user when the
// tests run as root, and ends with the test process however that ends. With
// TEST_DATABASE_URL set, that server is used instead; its user must be allowed
// to create databases.
//
// Only tests may import this package.
package pgtest
