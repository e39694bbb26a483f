// Package local runs the development stack: PostgreSQL, the Temporal server and
// the product as three processes beside each other, under one folder.
//
// It supervises; it holds no part of the product and links no server. A child
// that dies takes the others down in order, with the place of its log; nothing
// is left running. dev/cmd/stack is its command line; the benchmarks and the
// end-to-end tests borrow its parts.
package local
