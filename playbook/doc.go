// Package playbook holds the rules of the field as versioned data and answers
// questions from them: what the sender can still do, when a deadline falls, which
// evidence a stage requires, which texts may be sent to whom.
//
// Every rule has an id, a source, a confidence and the ids of the rules that
// contradict it. Where sources disagree the engine follows the reading that
// promises a claimant least, and reports the dispute. A version (RuleSet) is a
// folder in books/; books/shelf.yaml lists the versions and pins a released one by
// its digest, so that a change needs a new folder. Registry holds all versions.
//
// It is not the domain (package recovery) and has no access to cases, clock or
// network; instants are arguments. Every package above recovery may import it; it
// imports recovery, texts and its own package calendar only.
package playbook

//go:generate go run ./schemagen
