// Package activities is what the workflows ask of the world: reading a case,
// writing a step of it, building an export. One file per outside party, each
// with the small interface it needs of that party.
//
// Every activity may be run again at any time, so each is idempotent by a key
// it is given. An activity that a person must hear "no" from answers with a
// result, not an error; an error means "try again", unless it is marked as one
// that trying again cannot mend.
//
// It is not the place for where a case goes next (package recovery) nor for
// when (package workflows). Packages workflows and worker import it.
package activities
