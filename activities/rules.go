package activities

import (
	"fmt"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// PinnedRules are the playbooks, read for each case by the version that was in
// force when it was filed. They are Rules and Checklist.
type PinnedRules struct {
	Shelf *playbook.Shelf
}

// Deadlines implements Rules.
func (r PinnedRules) Deadlines(c recovery.Case, step recovery.Step, now time.Time) ([]recovery.Deadline, error) {
	book, err := r.book(c)
	if err != nil {
		return nil, err
	}
	return book.Deadlines(c, step, now), nil
}

// ContactLimits implements Rules.
func (r PinnedRules) ContactLimits(c recovery.Case, at time.Time) (recovery.ContactLimits, error) {
	book, err := r.book(c)
	if err != nil {
		return recovery.ContactLimits{}, err
	}
	return book.ContactLimits(at), nil
}

// Missing implements Checklist.
func (r PinnedRules) Missing(c recovery.Case, have []recovery.Evidence, audience recovery.Audience) ([]string, error) {
	book, err := r.book(c)
	if err != nil {
		return nil, err
	}
	return book.Missing(c, have, audience), nil
}

// book finds the pinned version. A build that does not carry it cannot go on
// with the case, but another build can: the error is no verdict on the case.
func (r PinnedRules) book(c recovery.Case) (*playbook.Book, error) {
	book, err := r.Shelf.Book(c.Playbook)
	if err != nil {
		return nil, fmt.Errorf("this build does not carry the playbook %q", c.Playbook)
	}
	return book, nil
}
