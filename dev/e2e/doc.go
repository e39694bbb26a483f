// Package e2e holds the tests that run the whole stack as `make run` does: the
// real PostgreSQL, the real Temporal server and the product, each a process that
// can be killed. It contains tests only; nothing imports it.
//
// The tests first build both programs. They run one after another: half a day of a
// sample case passes in one second, and with a second stack on the machine its
// deadlines would pass before the steps are taken.
package e2e
