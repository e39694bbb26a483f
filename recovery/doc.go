// Package recovery is the domain of Recourse: a case for money sent by mistake,
// its stages, the actions people can take, and how each action changes the
// position of the case.
//
// It is pure: no clock, no randomness, no database, no network. Time is an
// argument. Texts, lengths of deadlines and rules of platforms do not belong here;
// they are data in package playbook.
//
// Every package may import it. It imports only the standard library.
package recovery
