// Package recovery is the domain of Recourse: a case for money sent by mistake,
// the stages it passes, the acts people may take in it, and what each act does
// to where the case stands.
//
// It is pure: no clock, no randomness, no database, no network. Time comes in
// as an argument. It is not the place for texts, deadlines in days or rules of
// a platform; those are data in package playbook.
//
// Every package may import it; it imports only the standard library.
package recovery
