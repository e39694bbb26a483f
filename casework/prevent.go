package casework

import (
	"time"

	"recourse/playbook"
)

// Prevent says what to look at before a send that is not made yet, by the
// current playbook. It stores nothing and needs no account. Errors: CodeInvalid
// naming the fields.
func (s *Service) Prevent(facts playbook.SendFacts) (playbook.Prevention, error) {
	book := s.Registry.Current()
	now := s.Now()
	if err := CheckSend(book, facts, now); err != nil {
		return playbook.Prevention{}, err
	}
	return book.Prevent(facts, now), nil
}

// CheckSend is what Prevent accepts: facts of a send that the book can answer
// from. It is a Fault with CodeInvalid or nil.
func CheckSend(book *playbook.RuleSet, facts playbook.SendFacts, now time.Time) error {
	if err := checkSignals(facts.Circumstances); err != nil {
		return err
	}
	return book.CheckSend(facts, now)
}
