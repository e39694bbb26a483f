// Package loop runs background work: it repeats a step until its context ends, survives
// errors and panics of the step, waits longer after each failure, and counts and logs what
// happened.
//
// It knows nothing about the work itself and nothing about Temporal, PostgreSQL or HTTP. Any
// package may import it; it imports the standard library only.
package loop
