// Package local runs the development stack: PostgreSQL, the Temporal server and
// the product as three child processes, with all data under one folder.
//
// If a child exits unexpectedly, the others are stopped in order and the error
// names its log; nothing keeps running. The package contains no part of the
// product and links no server. dev/cmd/stack is its command line; benchmarks and
// end-to-end tests use it too.
package local
