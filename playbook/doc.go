// Package playbook holds the rules of the field as versioned data and answers
// questions from them: what the sender can still do, when a deadline falls,
// which evidence a stage asks for, what may be said to whom.
//
// Every rule carries its id, source, confidence and the rules that contradict
// it. Where sources disagree the engine follows the reading that promises a
// claimant nothing uncertain, and says that they disagree. A version is a folder
// in books/; once released, its digest stands in books/shelf.yaml and a change is
// a new folder.
//
// It is not the domain (package recovery) and knows no case store, clock or
// network; instants come in as arguments. Everything above recovery may import
// it; it imports recovery and its own
// rooms only (calendar).
package playbook

//go:generate go run ./schemagen
