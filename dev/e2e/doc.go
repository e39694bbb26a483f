// Package e2e holds the tests that run the whole stack as `make run` does: the
// real PostgreSQL, the real Temporal server and the product, each a process that
// can be killed. It has no code of its own; nothing imports it.
//
// The tests build both programs first. They run one after another: a sample case
// lives half a day in a second, and on a machine busy with a second stack its
// clock would outrun the people in it.
package e2e
